"""The shared look is a Django app so that its templates, tags and style sheet are found by every channel."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """The room over which all channels are built; it has no tables."""

    name = "tongban.channels.shared"
    label = "shared"
    verbose_name = "共用界面"
