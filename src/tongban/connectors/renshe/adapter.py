"""Social security as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.renshe import mapping
from tongban.connectors.renshe.client import Client
from tongban.connectors.wire import NOT_OFFERED, differing, listened
from tongban.domain.ports import Checked, Given, Notice, NotThere, Purpose, Subject, Told, Unavailable, Value

_CHECKS = ("employment", "pension", "income")


class Adapter:
    """Implements ``tongban.domain.ports.Department``; ``now`` gives the moment put on what was answered."""

    kinds = tuple(mapping.KINDS)
    checks = tuple(_CHECKS)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._client, self._now = Client(url), now

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """The employment book; see the port."""
        wanted = tuple(kind for kind in kinds if kind in mapping.KINDS)
        if not wanted:
            return NotThere(mapping.SOURCE, self._now())

        def ask() -> Given | NotThere:
            found = mapping.licences(self._client.ask("Q_BOOK", subject, purpose), subject, self._now())
            return Given(found) if found else NotThere(mapping.SOURCE, self._now())

        return listened(mapping.SOURCE, ask)

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """Employment, pension, or that a wage or pension is on record (income); see the port."""
        if what not in _CHECKS:
            return NOT_OFFERED

        def ask() -> Checked | NotThere:
            answer: mapping.Found = None
            if what in ("employment", "income"):
                answer = mapping.employment(self._client.ask("Q_EMPLOY", subject, purpose), subject)
            if what == "pension" or (what == "income" and answer is not None and not answer[0]):
                answer = mapping.pension(self._client.ask("Q_PENSION", subject, purpose), subject)
            if answer is None:
                return NotThere(mapping.SOURCE, self._now())
            holds, known = answer
            differ = differing(values, known)
            return Checked(what, holds and not differ, differ, known, self._now(), mapping.SOURCE)

        return listened(mapping.SOURCE, ask)

    def tell(self, notice: Notice) -> Told | Unavailable:
        """Bring a decision; see the port."""
        return listened(mapping.SOURCE, lambda: Told(mapping.noted(self._client.notice(notice)), mapping.SOURCE))
