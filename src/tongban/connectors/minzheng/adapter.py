"""Civil affairs as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.minzheng import mapping
from tongban.connectors.minzheng.client import Client
from tongban.connectors.wire import NOT_OFFERED, differing, listened
from tongban.domain.ports import Checked, Given, Notice, NotThere, Purpose, Subject, Told, Unavailable, Value

# our check -> theirs
_CHECKS = {"marriage": "marital", "relief": "relief", "assets": "means"}


class Adapter:
    """Implements ``tongban.domain.ports.Department``; ``now`` gives the moment put on what was answered."""

    kinds = tuple(mapping.KINDS)
    checks = tuple(_CHECKS)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._client, self._now = Client(url), now

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """Marriage and relief certificates; see the port."""
        wanted = tuple(kind for kind in kinds if kind in mapping.KINDS)
        if not wanted:
            return NotThere(mapping.SOURCE, self._now())

        def ask() -> Given | NotThere:
            types = tuple(sorted({mapping.KINDS[kind] for kind in wanted}))
            found = mapping.licences(self._client.search(subject, types, purpose), subject, wanted, self._now())
            return Given(found) if found else NotThere(mapping.SOURCE, self._now())

        return listened(mapping.SOURCE, ask)

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """Marriage, relief, means of the household; see the port."""
        if what not in _CHECKS:
            return NOT_OFFERED

        def ask() -> Checked | NotThere:
            theirs = _CHECKS[what]
            answer = mapping.verified(self._client.verify(subject, theirs, purpose), subject, theirs)
            if answer is None:
                return NotThere(mapping.SOURCE, self._now())
            holds, known = answer
            differ = differing(values, known)
            return Checked(what, holds and not differ, differ, known, self._now(), mapping.SOURCE)

        return listened(mapping.SOURCE, ask)

    def tell(self, notice: Notice) -> Told | Unavailable:
        """Bring a decision; see the port."""
        return listened(mapping.SOURCE, lambda: Told(mapping.noted(self._client.notice(notice)), mapping.SOURCE))
