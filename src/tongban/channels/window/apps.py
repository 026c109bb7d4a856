"""Tells Django that this channel has pages."""

from django.apps import AppConfig


class WindowConfig(AppConfig):
    """The window channel."""

    name = "tongban.channels.window"
    label = "window"
