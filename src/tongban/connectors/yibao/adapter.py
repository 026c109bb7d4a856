"""Medical insurance as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.wire import NOT_OFFERED, differing, listened
from tongban.connectors.yibao import mapping
from tongban.connectors.yibao.client import Client
from tongban.domain.ports import Checked, Given, Notice, NotThere, Purpose, Subject, Told, Unavailable, Value

_CHECKS = ("insurance",)


class Adapter:
    """Implements ``tongban.domain.ports.Department``; ``now`` gives the moment put on what was answered."""

    kinds = tuple(mapping.KINDS)
    checks = tuple(_CHECKS)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._client, self._now = Client(url), now

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """The insurance record; see the port."""
        wanted = tuple(kind for kind in kinds if kind in mapping.KINDS)
        if not wanted:
            return NotThere(mapping.SOURCE, self._now())

        def ask() -> Given | NotThere:
            raw, key = self._client.person(subject, purpose)
            found = mapping.licences(raw, key, subject, self._now())
            return Given(found) if found else NotThere(mapping.SOURCE, self._now())

        return listened(mapping.SOURCE, ask)

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """Whether and how the person is insured; see the port."""
        if what not in _CHECKS:
            return NOT_OFFERED

        def ask() -> Checked | NotThere:
            raw, key = self._client.person(subject, purpose)
            answer = mapping.person(raw, key, subject)
            if answer is None:
                return NotThere(mapping.SOURCE, self._now())
            holds, known, _ = answer
            # A telephone changes with the person, not with the insurance: another one is no difference.
            known = {code: value for code, value in known.items() if code != "phone"}
            differ = differing(values, known)
            return Checked(what, holds and not differ, differ, known, self._now(), mapping.SOURCE)

        return listened(mapping.SOURCE, ask)

    def tell(self, notice: Notice) -> Told | Unavailable:
        """Bring a decision; see the port."""

        def ask() -> Told:
            return Told(mapping.noted(self._client.notice(notice), notice.id), mapping.SOURCE)

        return listened(mapping.SOURCE, ask)
