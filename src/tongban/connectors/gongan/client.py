"""The three doors of the e-licence library of public security, as bytes; reading them is for mapping.py."""

from tongban.connectors.wire import Wire
from tongban.domain.ports import Notice, Purpose, Subject


def use_for(purpose: Purpose) -> dict[str, str]:
    """Their ``useFor``: without it they refuse to answer."""
    return {"bizNo": purpose.about, "item": purpose.item, "reason": purpose.reason, "operator": purpose.actor}


class Client:
    """Speaks to ``<url>/elicence/query``, ``/verify`` and ``/notice``."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def query(self, subject: Subject, codes: tuple[str, ...], purpose: Purpose) -> bytes:
        """Licences of these catalog codes."""
        who = {"zjhm": subject.number, "xm": subject.name}
        return self._wire.post("/elicence/query", {"catMainCodes": codes, **who, "useFor": use_for(purpose)})

    def verify(self, subject: Subject, what: str, purpose: Purpose) -> bytes:
        """One of identity, hukou, permit, nocrime."""
        who = {"zjhm": subject.number, "xm": subject.name}
        return self._wire.post("/verify", {"type": what, **who, "useFor": use_for(purpose)})

    def notice(self, notice: Notice) -> bytes:
        """A decision for them to note."""
        body = {"msgId": notice.id, "bizNo": notice.case, "item": notice.item, "event": notice.event, "time": notice.at}
        who = {"zjhm": notice.subject.number, "xm": notice.subject.name}
        return self._wire.post("/notice", {**body, **who, "values": notice.values})
