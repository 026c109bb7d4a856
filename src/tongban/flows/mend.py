"""What an operator does by hand in the mail room (滞留信件): a letter that could not be applied is tried again, and a bag that could
not be opened is opened again after the keys were mended. Nothing is dropped and nothing is forced: what still fails stays."""

import datetime as dt

from tongban.domain import nodes
from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound, Refused
from tongban.exchange import bag as bags
from tongban.exchange import inbox, keys
from tongban.exchange.bag import BagRefused
from tongban.flows import incoming
from tongban.plumbing import here
from tongban.plumbing.crypto import KeysRefused
from tongban.plumbing.tx import current, flow

POWER = "exchange.manage"


def _must(actor: Actor) -> None:
    nodes.must_oversee(actor, POWER, here.nodes().by_code[here.node()])


def _gone() -> NotFound:
    return NotFound("letters.gone", "这封信件已经处理,不再滞留", "This letter has been dealt with")


def try_letter(actor: Actor, parked_id: int, *, at: dt.datetime) -> bool:
    """Try a parked letter again; True when it was applied, False when it still cannot be."""
    _must(actor)
    found = inbox.parked_one(parked_id)
    if found is None:
        raise _gone()
    return incoming.tried(actor, found, at=at) == "applied"


def open_bag(actor: Actor, bag_id: int, *, at: dt.datetime) -> int:
    """Open a refused bag again, with the keys as they are now, and apply its letters; how many were new. What it brings is
    applied once, so a crash before it is forgotten repeats nothing."""
    _must(actor)
    data = inbox.refused_bag(bag_id)
    if data is None:
        raise _gone()
    try:
        bags.unpack(data, keys.ours(), at=at)
    except (BagRefused, KeysRefused) as why:
        raise Refused(
            "letters.still_refused",
            "还是打不开:请先核对公钥环和对方节点的密钥,再试一次",
            "It still does not open: check the ring and the keys of the other node, then try again",
            why=getattr(why, "code", "keys"),
        ) from None
    done = incoming.arrived(data, at=at)
    reopened(actor, bag_id, at=at, sender=done.from_node)
    return done.applied


@flow("letters.reopened")
def reopened(actor: Actor, bag_id: int, *, at: dt.datetime, sender: str) -> None:
    """The bag was opened after all: it is no longer among the refused."""
    inbox.bag_is_done(bag_id)
    current().about(place=sender, bag=bag_id)
