"""Tells Django that this room has tables."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit app."""

    name = "tongban.plumbing.audit"
    label = "audit"
