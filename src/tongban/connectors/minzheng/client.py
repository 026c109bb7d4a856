"""The three doors of civil affairs, as bytes; reading them is for mapping.py."""

from tongban.connectors.wire import Wire
from tongban.domain.ports import Notice, Purpose, Subject


def _body(subject: Subject, purpose: Purpose) -> dict[str, object]:
    why = {"case": purpose.about, "item": purpose.item, "reason": purpose.reason, "operator": purpose.actor}
    return {"holder": {"idNumber": subject.number, "name": subject.name}, "purpose": why}


class Client:
    """Speaks to ``<url>/api/certificates/search``, ``/api/verify`` and ``/api/notices``."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def search(self, subject: Subject, types: tuple[str, ...], purpose: Purpose) -> bytes:
        """Records of the types marriage, relief."""
        return self._wire.post("/api/certificates/search", {"types": types, **_body(subject, purpose)})

    def verify(self, subject: Subject, what: str, purpose: Purpose) -> bytes:
        """One of marital, relief, means."""
        return self._wire.post("/api/verify", {"check": what, **_body(subject, purpose)})

    def notice(self, notice: Notice) -> bytes:
        """A decision for them to note."""
        who = {"idNumber": notice.subject.number, "name": notice.subject.name}
        body = {"id": notice.id, "caseNumber": notice.case, "item": notice.item, "event": notice.event, "at": notice.at}
        return self._wire.post("/api/notices", {**body, "holder": who, "values": notice.values})
