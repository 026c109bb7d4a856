"""Medical insurance as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.wire import Connected, Known
from tongban.connectors.yibao import mapping
from tongban.connectors.yibao.client import Client
from tongban.domain.ports import Licence, Notice, Purpose, Subject, Value


class Adapter(Connected):
    """The insurance record; whether and how the person is insured."""

    source = mapping.SOURCE
    kinds = tuple(mapping.KINDS)
    checks = ("insurance",)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._client = Client(url)

    def _licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> tuple[Licence, ...]:
        raw, key = self._client.person(subject, purpose)
        return mapping.licences(raw, key, subject, self._now())

    def _checked(self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose) -> Known | None:
        raw, key = self._client.person(subject, purpose)
        answer = mapping.person(raw, key, subject)
        if answer is None:
            return None
        holds, known, _ = answer
        # A telephone changes with the person, not with the insurance: another one is no difference.
        return holds, {code: value for code, value in known.items() if code != "phone"}

    def _noted(self, notice: Notice) -> str:
        return mapping.noted(self._client.notice(notice), notice.id)
