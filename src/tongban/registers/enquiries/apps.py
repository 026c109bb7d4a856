"""Tells Django that this register has tables."""

from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    """The enquiries register."""

    name = "tongban.registers.enquiries"
    label = "enquiries"
