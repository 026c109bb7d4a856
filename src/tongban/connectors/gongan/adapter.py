"""Public security as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.gongan import mapping
from tongban.connectors.gongan.client import Client
from tongban.connectors.wire import NOT_OFFERED, differing, listened
from tongban.domain.ports import Checked, Given, Notice, NotThere, Purpose, Subject, Told, Unavailable, Value

# our check -> (theirs, the relative it is about; "" = the person)
_CHECKS = {
    "identity": ("identity", ""),
    "hukou": ("hukou", ""),
    "residence_permit": ("permit", ""),
    "no_crime": ("nocrime", ""),
    "spouse_identity": ("identity", "spouse"),
    "spouse_hukou": ("hukou", "spouse"),
    "child_hukou": ("hukou", "child"),
}


class Adapter:
    """Implements ``tongban.domain.ports.Department``; ``now`` gives the moment put on what was answered."""

    kinds = tuple(mapping.KINDS)
    checks = tuple(_CHECKS)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._client, self._now = Client(url), now

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """E-licences of public security; see the port."""
        wanted = tuple(kind for kind in kinds if kind in mapping.KINDS)
        if not wanted:
            return NotThere(mapping.SOURCE, self._now())

        def ask() -> Given | NotThere:
            raw = self._client.query(subject, tuple(mapping.KINDS[kind] for kind in wanted), purpose)
            found = mapping.licences(raw, subject, wanted, self._now())
            return Given(found) if found else NotThere(mapping.SOURCE, self._now())

        return listened(mapping.SOURCE, ask)

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """Checks about the person, or about the spouse or child named in ``values``; see the port."""
        if what not in _CHECKS:
            return NOT_OFFERED
        theirs, relative = _CHECKS[what]
        about = subject
        if relative:
            number, name = values.get(f"{relative}_id_number"), values.get(f"{relative}_name")
            if not isinstance(number, str) or not isinstance(name, str) or not number or not name:
                return NotThere(mapping.SOURCE, self._now())
            about = Subject(number, name)

        def ask() -> Checked | NotThere:
            answer = mapping.verified(self._client.verify(about, theirs, purpose), about, theirs)
            if answer is None:
                return NotThere(mapping.SOURCE, self._now())
            holds, known = answer
            fields = _of_relative(known, relative) if relative else known
            differ = differing(values, fields)
            return Checked(what, holds and not differ, differ, fields, self._now(), mapping.SOURCE)

        return listened(mapping.SOURCE, ask)

    def tell(self, notice: Notice) -> Told | Unavailable:
        """Bring a decision; see the port."""
        return listened(mapping.SOURCE, lambda: Told(mapping.noted(self._client.notice(notice)), mapping.SOURCE))


def _of_relative(known: Mapping[str, Value], relative: str) -> Mapping[str, Value]:
    # Of a relative we carry on only what the registry has an element for, not all that came.
    wanted = {"spouse": ("name", "id_number", "hukou_kind"), "child": ("name", "id_number", "birth_date")}[relative]
    return {f"{relative}_{code}": known[code] for code in wanted if code in known}
