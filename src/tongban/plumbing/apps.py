"""Tells Django that this room has tables."""

from django.apps import AppConfig


class PlumbingConfig(AppConfig):
    """The plumbing app."""

    name = "tongban.plumbing"
    label = "plumbing"
