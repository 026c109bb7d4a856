"""Tells Django that this register has tables."""

from django.apps import AppConfig


class CountersConfig(AppConfig):
    """The counters register."""

    name = "tongban.registers.counters"
    label = "counters"
