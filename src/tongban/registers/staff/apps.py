"""Tells Django that this register has tables."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The staff register."""

    name = "tongban.registers.staff"
    label = "staff"
