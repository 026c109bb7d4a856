"""The catalog register: dated, immutable editions of the city's rulebook data."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Django's name card of the register."""

    name = "tongban.registers.catalog"
    label = "catalog"
