"""The catalog on the way: published once at the city node, it travels to every node as the very bytes that were digested, and each
says in its status which digest it has. A node never publishes by itself."""

import datetime as dt
from collections.abc import Sequence

from tongban.domain.actor import Actor
from tongban.exchange import letters, outbox
from tongban.exchange import queries as mail
from tongban.exchange.letters import ItemOpen, Letter
from tongban.flows.desk import Desk, NotYet
from tongban.plumbing import here
from tongban.plumbing.tx import current, flow, step
from tongban.registers.catalog import queries, service, travelling
from tongban.registers.catalog.rows import Publication

SETTLED, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@step
def publication_out(publication: Publication) -> None:
    """Write a new publication to all nodes."""
    _send(publication, _others())


def _send(publication: Publication, others: Sequence[str]) -> None:
    if not others:
        return
    for part in travelling.parts(publication.id):
        body = letters.Publication(
            str(publication.id), publication.digest, publication.published_at, publication.by, publication.note,
            part.body, tuple(letters.Version(*one) for one in part.versions),
        )  # fmt: skip
        outbox.post_many([(node, body) for node in others], current().at)


@flow("catalog.send_again")
def send_again(actor: Actor, node: str, *, at: dt.datetime) -> None:
    """Write the whole catalog to a node that has another one although nothing is on its way: it was added to the city after the last
    publication, or lost its database. What it has already changes nothing there."""
    for publication in travelling.all_of_them():
        _send(publication, [node])
    for code, is_open, reason, since, by in travelling.states():
        outbox.post(node, ItemOpen(code, is_open, reason, since, by), at)
    current().about(place=node)


def send_where_missing(at: dt.datetime) -> None:
    """At the city node, every few seconds: who says that it has another catalog gets it, at most once an hour."""
    newest = queries.newest() if here.is_city() else None
    if newest is None or newest.published_at > at - SETTLED:
        return
    waiting = {lane.to for lane in outbox.lanes() if lane.lane == outbox.LETTERS and lane.delivered < lane.last}
    for peer in mail.peers():
        if peer.catalog == newest.digest or peer.node in waiting or peer.heard_at < at - SETTLED:
            continue
        if peer.node in here.nodes().by_code and not mail.posted_since(peer.node, "publication", at - HOUR):
            send_again(Actor(kind="system", ref=f"node:{peer.node}", name=peer.node), peer.node, at=at)


@step
def item_open_out(code: str, is_open: bool, reason: str, since: dt.datetime, by: str) -> None:
    """Write to all nodes that an item was closed or opened again."""
    body = ItemOpen(code, is_open, reason, since, by)
    outbox.post_many([(node, body) for node in _others()], current().at)


def _others() -> list[str]:
    return [node for node in here.nodes().by_code if node != here.node()]


@step
def publication_came(desk: Desk, letter: Letter) -> None:
    """A publication of the city: kept as it is when its digest is right. Its versions come in parts, the body with the last."""
    body = letter.body
    assert isinstance(body, letters.Publication)
    _from_city(desk)
    part = travelling.Part(body.body, tuple((v.code, v.version, v.valid_from, v.digest, v.body) for v in body.versions))
    if wrong := travelling.keep(body.id, body.digest, body.published_at, body.by, body.note, part):
        raise NotYet("differs", wrong)
    if body.body:
        desk.touched.add("")
        queries.forget()
        queries.forget_on_commit()
    current().about(publication=body.id, digest=body.digest)


@step
def item_open_came(desk: Desk, letter: Letter) -> None:
    """An item was closed or opened again."""
    body = letter.body
    assert isinstance(body, ItemOpen)
    _from_city(desk)
    service.set_open(body.code, body.open, reason=body.reason, by=body.by, at=body.since)


def _from_city(desk: Desk) -> None:
    if desk.sender != here.nodes().city:
        raise NotYet("not_holder", f"the catalog is the city's; this came from {desk.sender}")
