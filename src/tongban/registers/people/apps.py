"""Tells Django that this register has tables."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people register."""

    name = "tongban.registers.people"
    label = "people"
