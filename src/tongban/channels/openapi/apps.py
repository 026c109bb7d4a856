"""Tells Django that this channel has pages."""

from django.apps import AppConfig


class OpenapiConfig(AppConfig):
    """The openapi channel."""

    name = "tongban.channels.openapi"
    label = "openapi"
