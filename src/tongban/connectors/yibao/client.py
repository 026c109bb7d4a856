"""The one door of medical insurance, with numbered messages, as bytes; reading them is for mapping.py."""

from secrets import token_hex

from tongban.connectors.wire import Wire
from tongban.domain.ports import Notice, Purpose, Subject


class Client:
    """Speaks to ``<url>/fsi/api``."""

    def __init__(self, url: str) -> None:
        self._wire = Wire(url)

    def person(self, subject: Subject, purpose: Purpose) -> tuple[bytes, str]:
        """Message 1101: who is this person and how insured; with the message number the answer must repeat."""
        key = token_hex(15)
        data = {"certno": subject.number, "psn_name": subject.name, "psn_cert_type": "01"}
        why = {"biz_no": purpose.about, "item": purpose.item, "reason": purpose.reason}
        body = {"infno": "1101", "msgid": key, "input": {"data": data, "purpose": why}, "opter": purpose.actor}
        return self._wire.post("/fsi/api", body), key

    def notice(self, notice: Notice) -> bytes:
        """Message 9901: a decision for them to note."""
        data = {"certno": notice.subject.number, "psn_name": notice.subject.name, "event": notice.event}
        data |= {"biz_no": notice.case, "item": notice.item}
        content = {"data": data, "values": notice.values, "time": notice.at}
        return self._wire.post("/fsi/api", {"infno": "9901", "msgid": notice.id, "input": content, "opter": "tongban"})
