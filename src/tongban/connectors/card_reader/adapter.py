"""The identity-card reader: asks the device's service on the same machine what lies on it. Typing stays possible always:
a reader that is broken is only an Unavailable."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from tongban.connectors.wire import Line, NotUnderstood, Wire, day, end_day, listened, read
from tongban.domain.ports import CardRead, NotThere, Unavailable
from tongban.domain.text import Text

SOURCE = "card_reader"
_DEVICE = Text(
    "读卡器没有响应,请检查连接,或手工输入证件号码", "The card reader does not answer; check it or type the number"
)
_ODD = Text(
    "读卡器读出的内容无法识别,请重新放卡或手工输入", "The card could not be read; put it on again or type the number"
)


class _Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Line
    sex: Literal["男", "女"]
    nation: Line
    birth: Line
    address: Line
    number: Line
    validFrom: Line
    validTo: Line


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    state: Literal["empty", "card"]
    card: _Card | None


class Adapter:
    """Implements ``tongban.domain.ports.CardReader`` against ``<url>/read``."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._wire, self._now = Wire(url), now

    def read(self) -> CardRead | NotThere | Unavailable:
        """The card lying on the reader; an expired card is read too, its dates say so."""

        def ask() -> CardRead | NotThere:
            card = read(self._wire.get("/read"), _Answer).card
            return NotThere(SOURCE, self._now()) if card is None else _understood(card)

        answer = listened(SOURCE, ask)
        if isinstance(answer, Unavailable):
            return Unavailable(_ODD if answer.code == "not_understood" else _DEVICE, 3, answer.code)
        return answer


def _understood(card: _Card) -> CardRead:
    birth = day(card.birth, "birth")
    body = card.number[:17]
    if len(card.number) != 18 or not (body.isascii() and body.isdigit()) or not card.name.strip():
        raise NotUnderstood("number")
    if body[6:14] != f"{birth:%Y%m%d}":
        raise NotUnderstood("number")
    if (int(card.number[16]) % 2 == 1) != (card.sex == "男"):
        raise NotUnderstood("sex")
    return CardRead(
        name=card.name,
        number=card.number,
        sex="male" if card.sex == "男" else "female",
        nation=card.nation,
        birth=birth,
        address=card.address,
        valid_from=day(card.validFrom, "validFrom"),
        valid_until=end_day(card.validTo, "validTo"),
    )
