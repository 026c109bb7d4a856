"""Tells Django that this register has tables."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The catalog register."""

    name = "tongban.registers.catalog"
    label = "catalog"
