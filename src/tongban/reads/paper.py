"""What a printed paper consists of. All papers share one layout (channels/shared/printing), so a resident learns to read it
once; they differ in title, lead, rows, tables, notes and signatures."""

from typing import Literal

import msgspec

from tongban.domain.text import Text
from tongban.plumbing import crypto

Kind = Literal[
    "receipt", "acceptance", "not_accepted", "correction", "tolerance_promise", "tolerance_notice", "special", "decision",
    "delivery", "once_told", "guide", "progress",
]  # fmt: skip

TITLES: dict[Kind, Text] = {
    "receipt": Text("收件凭证", "Receipt"),
    "acceptance": Text("受理通知书", "Notice of acceptance"),
    "not_accepted": Text("不予受理告知书", "Notice of non-acceptance"),
    "correction": Text("补正材料通知书", "Notice to correct"),
    "tolerance_promise": Text("容缺受理承诺书", "Promise to bring papers later"),
    "tolerance_notice": Text("容缺候补通知书", "Notice of papers still to come"),
    "special": Text("特别程序告知书", "Notice of special procedure"),
    "decision": Text("决定书", "Decision"),
    "delivery": Text("送达回证", "Proof of delivery"),
    "once_told": Text("一次性告知单", "All that is still needed"),
    "guide": Text("办事指南", "Guide"),
    "progress": Text("办件进度", "Progress"),
}


class Row(msgspec.Struct, frozen=True):
    """A label and its value; ``strong`` for what must be seen first (a date, a number)."""

    label: Text
    value: str
    strong: bool = False


class Table(msgspec.Struct, frozen=True):
    """A small table with a title; rows are texts, as many as there are heads."""

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[str, ...], ...]


class Paper(msgspec.Struct, frozen=True):
    """Everything on a paper. ``link`` is what the QR leads to; ``check`` the verify code printed under it."""

    kind: Kind
    center: str
    made_on: str
    number: str = ""
    query_code: str = ""
    link: str = ""
    link_text: Text = Text("扫码查询办理进度", "Scan to follow")
    check: str = ""
    lead: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    signatures: tuple[Text, ...] = ()


def verify_code(kind: str, number: str, n: int) -> str:
    """The code under the QR: HMAC-SM3 over kind, number and length of the log, 16 characters. Only this city can make it,
    and anybody can ask the verify page whether it did."""
    return crypto.sign(f"paper:{kind}:{number}:{n}".encode()).hex()[:16].upper()


def genuine(kind: str, number: str, n: int, code: str) -> bool:
    """Whether the city printed a paper of this kind when the log of this case had ``n`` entries."""
    return crypto.signed(f"paper:{kind}:{number}:{n}".encode(), bytes.fromhex(code), at_least=8)
