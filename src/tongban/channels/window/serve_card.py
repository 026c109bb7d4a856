"""The card on the reader, and what was read of it between two steps of a start: sealed, bound to the clerk, for ten minutes.
A card that was read never travels in clear through a form, and nobody can make up one that was "read"."""

import base64
import binascii
import datetime as dt

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.person import Identity, identify
from tongban.domain.ports import CardRead, NotThere, Unavailable
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.plumbing import crypto, sockets
from tongban.plumbing.clock import city_date

KEPT = dt.timedelta(minutes=10)
_NO_CARD = Text("读卡器上没有证件,请放好身份证后再按 F2", "No card lies on the reader: put it on and press F2 again")


class Held(msgspec.Struct, frozen=True):
    """A card that was read a moment ago."""

    card: CardRead
    read_at: dt.datetime


def read_card(at: dt.datetime) -> CardRead:
    """The card that lies on this window's reader. Refused ``card.none`` or ``card.reader`` with what to do."""
    found = sockets.plugged().card_reader().read()
    if isinstance(found, CardRead):
        return found
    if isinstance(found, NotThere):
        raise Refused("card.none", _NO_CARD.zh, _NO_CARD.en, pointer="/card")
    assert isinstance(found, Unavailable)
    raise Refused("card.reader", found.why.zh, found.why.en, pointer="/card")


def identity_of(card: CardRead, at: dt.datetime) -> Identity:
    """Who the card says it is; raises what the rulebook refuses (a reader may misread)."""
    return identify("citizen", card.name, card.number, today=city_date(at), birth=card.birth, sex=card.sex)


def expired(card: CardRead, at: dt.datetime) -> bool:
    """The card is out of date: the person is still served, but the card proves nothing."""
    return card.valid_until is not None and card.valid_until < city_date(at)


def pack(card: CardRead, actor: Actor, at: dt.datetime) -> str:
    """Sealed for the next step of this clerk."""
    sealed = crypto.seal(msgspec.msgpack.encode(Held(card, at)), context=_context(actor))
    return base64.urlsafe_b64encode(sealed).decode()


def unpack(token: str, actor: Actor, at: dt.datetime) -> CardRead:
    """The card of an earlier step; Refused ``card.again`` when it is too old or not this clerk's."""
    try:
        plain = crypto.open_(base64.urlsafe_b64decode(token.encode("ascii", "replace")), _context(actor))
        held = msgspec.msgpack.decode(plain, type=Held)
    except (binascii.Error, ValueError, crypto.Tampered, msgspec.MsgspecError):
        raise _again() from None
    if not dt.timedelta(0) <= at - held.read_at <= KEPT:
        raise _again()
    return held.card


def _context(actor: Actor) -> bytes:
    return f"window.card:{actor.ref}".encode()


def _again() -> Refused:
    return Refused(
        "card.again", "读卡已超过10分钟,请重新读卡", "The card was read too long ago; read it again", pointer="/card"
    )
