"""Civil affairs as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.minzheng import mapping
from tongban.connectors.minzheng.client import Client
from tongban.connectors.wire import Connected, Known
from tongban.domain.ports import Licence, Notice, Purpose, Subject, Value

# our check -> theirs
_CHECKS = {"marriage": "marital", "relief": "relief", "assets": "means"}


class Adapter(Connected):
    """Marriage and relief certificates; marriage, relief, means of the household."""

    source = mapping.SOURCE
    kinds = tuple(mapping.KINDS)
    checks = tuple(_CHECKS)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._client = Client(url)

    def _licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> tuple[Licence, ...]:
        types = tuple(sorted({mapping.KINDS[kind] for kind in kinds}))
        return mapping.licences(self._client.search(subject, types, purpose), subject, kinds, self._now())

    def _checked(self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose) -> Known | None:
        theirs = _CHECKS[what]
        return mapping.verified(self._client.verify(subject, theirs, purpose), subject, theirs)

    def _noted(self, notice: Notice) -> str:
        return mapping.noted(self._client.notice(notice))
