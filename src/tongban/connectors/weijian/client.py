"""The two doors of the birth-certificate library, as bytes; reading them is for mapping.py."""

from tongban.connectors.wire import Wire
from tongban.domain.ports import Notice, Purpose, Subject

BIRTH = "314910001000500"


class Client:
    """Speaks to ``<url>/elicence/birth`` and ``/notice``."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def births(self, subject: Subject, purpose: Purpose) -> bytes:
        """Birth certificates of the person and of the person's children."""
        use = {"caseNo": purpose.about, "item": purpose.item, "reason": purpose.reason, "operator": purpose.actor}
        body = {"catMainCode": BIRTH, "certCode": subject.number, "certName": subject.name, "use": use}
        return self._wire.post("/elicence/birth", body)

    def notice(self, notice: Notice) -> bytes:
        """A decision for them to note."""
        body = {"messageId": notice.id, "caseNo": notice.case, "item": notice.item, "event": notice.event}
        who = {"certCode": notice.subject.number, "certName": notice.subject.name}
        return self._wire.post("/notice", {**body, **who, "time": notice.at, "values": notice.values})
