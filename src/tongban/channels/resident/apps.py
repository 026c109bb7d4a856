"""Tells Django that this channel has pages."""

from django.apps import AppConfig


class ResidentConfig(AppConfig):
    """The resident channel."""

    name = "tongban.channels.resident"
    label = "resident"
