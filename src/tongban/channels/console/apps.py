"""Tells Django that this channel has pages."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The console channel."""

    name = "tongban.channels.console"
    label = "console"
