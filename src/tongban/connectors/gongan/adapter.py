"""Public security as a department's port."""

from collections.abc import Callable, Mapping
from datetime import datetime

from tongban.connectors.gongan import mapping
from tongban.connectors.gongan.client import Client
from tongban.connectors.wire import Connected, Known
from tongban.domain.ports import Licence, Notice, Purpose, Subject, Value

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


class Adapter(Connected):
    """E-licences of public security; checks about the person, or about the spouse or child named in the values."""

    source = mapping.SOURCE
    kinds = tuple(mapping.KINDS)
    checks = tuple(_CHECKS)

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._client = Client(url)

    def _licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> tuple[Licence, ...]:
        raw = self._client.query(subject, tuple(mapping.KINDS[kind] for kind in kinds), purpose)
        return mapping.licences(raw, subject, kinds, self._now())

    def _checked(self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose) -> Known | None:
        theirs, relative = _CHECKS[what]
        about = subject
        if relative:
            number, name = values.get(f"{relative}_id_number"), values.get(f"{relative}_name")
            if not isinstance(number, str) or not isinstance(name, str) or not number or not name:
                return None
            about = Subject(number, name)
        answer = mapping.verified(self._client.verify(about, theirs, purpose), about, theirs)
        if answer is None or not relative:
            return answer
        return answer[0], _of_relative(answer[1], relative)

    def _noted(self, notice: Notice) -> str:
        return mapping.noted(self._client.notice(notice))


def _of_relative(known: Mapping[str, Value], relative: str) -> Mapping[str, Value]:
    # Of a relative we carry on only what the registry has an element for, not all that came.
    wanted = {"spouse": ("name", "id_number", "hukou_kind"), "child": ("name", "id_number", "birth_date")}[relative]
    return {f"{relative}_{code}": known[code] for code in wanted if code in known}
