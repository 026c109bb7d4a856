"""Tells Django that this register has tables."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """The credentials register."""

    name = "tongban.registers.credentials"
    label = "credentials"
