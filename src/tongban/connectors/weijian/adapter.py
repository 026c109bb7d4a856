"""The health commission as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.weijian import mapping
from tongban.connectors.weijian.client import Client
from tongban.connectors.wire import Connected, Known
from tongban.domain.ports import Licence, Notice, Purpose, Subject, Value


class Adapter(Connected):
    """Birth certificates of the person and the children; the birth of the child named in the values, else of the youngest."""

    source = mapping.SOURCE
    kinds = tuple(mapping.KINDS)
    checks = ("birth",)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._client = Client(url)

    def _licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> tuple[Licence, ...]:
        return mapping.licences(self._client.births(subject, purpose), subject, self._now())

    def _checked(self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose) -> Known | None:
        births = mapping.licences(self._client.births(subject, purpose), subject, self._now())
        birth = mapping.choose(births, values)
        return (True, birth.fields) if birth else None

    def _noted(self, notice: Notice) -> str:
        return mapping.noted(self._client.notice(notice))
