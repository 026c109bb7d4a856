"""Social security as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.renshe import mapping
from tongban.connectors.renshe.client import Client
from tongban.connectors.wire import Connected, Known
from tongban.domain.ports import Licence, Notice, Purpose, Subject, Value


class Adapter(Connected):
    """The employment book; employment, pension, or that a wage or pension is on record (income)."""

    source = mapping.SOURCE
    kinds = tuple(mapping.KINDS)
    checks = ("employment", "pension", "income")

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._client = Client(url)

    def _licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> tuple[Licence, ...]:
        return mapping.licences(self._client.ask("Q_BOOK", subject, purpose), subject, self._now())

    def _checked(self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose) -> Known | None:
        answer: mapping.Found = None
        if what in ("employment", "income"):
            answer = mapping.employment(self._client.ask("Q_EMPLOY", subject, purpose), subject)
        if what == "pension" or (what == "income" and answer is not None and not answer[0]):
            answer = mapping.pension(self._client.ask("Q_PENSION", subject, purpose), subject)
        return answer

    def _noted(self, notice: Notice) -> str:
        return mapping.noted(self._client.notice(notice))
