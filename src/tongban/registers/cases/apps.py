"""Tells Django that this register has tables."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The cases register."""

    name = "tongban.registers.cases"
    label = "cases"
