"""The mail room as a Django app: it has tables."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Tables named exchange_*."""

    name = "tongban.exchange"
    label = "exchange"
