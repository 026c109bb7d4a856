"""Tells Django that this register has tables."""

from django.apps import AppConfig


class MothersConfig(AppConfig):
    """The mothers register."""

    name = "tongban.registers.mothers"
    label = "mothers"
