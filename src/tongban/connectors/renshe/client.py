"""The two doors of social security, as bytes; reading them is for mapping.py."""

from tongban.connectors.wire import Wire
from tongban.domain.ports import Notice, Purpose, Subject


class Client:
    """Speaks to ``<url>/sis/service`` (one door, functions by number) and ``/sis/notice``."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def ask(self, function: str, subject: Subject, purpose: Purpose) -> bytes:
        """One of Q_EMPLOY, Q_PENSION, Q_BOOK."""
        why = {"BIZNO": purpose.about, "ITEM": purpose.item, "REASON": purpose.reason, "OPERATOR": purpose.actor}
        who = {"AAC002": subject.number, "AAC003": subject.name}
        return self._wire.post("/sis/service", {"FUNID": function, **who, "BIZ": why})

    def notice(self, notice: Notice) -> bytes:
        """A decision for them to note."""
        body = {"MSGID": notice.id, "BIZNO": notice.case, "ITEM": notice.item, "EVENT": notice.event, "TIME": notice.at}
        who = {"AAC002": notice.subject.number, "AAC003": notice.subject.name}
        return self._wire.post("/sis/notice", {**body, **who, "VALUES": notice.values})
