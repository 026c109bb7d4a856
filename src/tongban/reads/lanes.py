"""信息交互 as its overseer sees it: the nodes of the city as this one last heard them, and its lanes to and from them: what waits,
since when, how fast. Counts, moments and digests only: nothing of what letters say."""

import datetime as dt

import msgspec

from tongban.domain import nodes
from tongban.domain.actor import Actor
from tongban.domain.nodes import Light, Node
from tongban.domain.text import Text
from tongban.exchange import letters, queries
from tongban.plumbing import here
from tongban.registers.catalog import queries as catalog

POWER = "board.read"


class NodeLine(msgspec.Struct, frozen=True):
    """A node: when it was last heard (null: never), how many seconds its clock is ahead of ours, the version of its letters, the
    digest of its catalog and whether both are ours, which release it runs, and the letters that it has yet to get rid of."""

    code: str
    name: Text
    kind: str
    ours: bool
    heard_at: dt.datetime | None
    apart: float | None
    schema: int | None
    same_schema: bool | None
    catalog: str
    same_catalog: bool | None
    program: str
    waiting: int | None
    heard_light: Light
    clock_light: Light
    light: Light


class LaneLine(msgspec.Struct, frozen=True):
    """A lane between this node and another, ``out`` or in: letters that wait, since when the oldest does, letters written in the
    last minute (out only), when something last moved."""

    node: str
    name: Text
    out: bool
    lane: str
    waiting: int
    oldest: dt.datetime | None
    a_minute: int | None
    moved_at: dt.datetime | None
    light: Light


class City(msgspec.Struct, frozen=True):
    """The city as seen from this node, now. ``recalling``: since when it catches up after a restored backup. ``parked`` letters and
    ``refused`` bags wait for somebody."""

    at: dt.datetime
    node: str
    nodes: tuple[NodeLine, ...]
    lanes: tuple[LaneLine, ...]
    parked: int
    refused: int
    recalling: dt.datetime | None


def may_see(actor: Actor) -> bool:
    """Whether the actor oversees this node: board.read in the city or in a district that it hosts."""
    return nodes.may_oversee(actor, POWER, _ours())


def _ours() -> Node:
    return here.nodes().by_code[here.node()]


def city(actor: Actor, *, now: dt.datetime) -> City:
    """All of it. NotAllowed for who oversees neither the city nor this district."""
    nodes.must_oversee(actor, POWER, _ours())
    edition = catalog.newest()
    digest = edition.digest if edition else ""
    heard = {peer.node: peer for peer in queries.peers()}
    lines = tuple(_node(node, heard.get(node.code), digest, now) for node in here.nodes().nodes)
    parked, refused = queries.waiting_for_somebody()
    return City(now, here.node(), lines, (*_out(now), *_in(now)), parked, refused, queries.recalling())


def _node(node: Node, peer: queries.Peer | None, digest: str, now: dt.datetime) -> NodeLine:
    if node.code == here.node():
        return NodeLine(
            node.code, node.name, node.kind, True, now, 0.0, letters.SCHEMA, True, digest, True, "", None, "green", "green",
            "green",
        )  # fmt: skip
    if peer is None:
        return NodeLine(
            node.code, node.name, node.kind, False, None, None, None, None, "", None, "", None, "none", "none", "none"
        )
    apart, last = peer.clock - peer.heard_at, nodes.heard_light(peer.heard_at, now)
    differs: Light = "green" if peer.catalog == digest and peer.schema == letters.SCHEMA else "yellow"
    clock = nodes.clock_light(apart)
    return NodeLine(
        node.code, node.name, node.kind, False, peer.heard_at, round(apart.total_seconds(), 3), peer.schema,
        peer.schema == letters.SCHEMA, peer.catalog, peer.catalog == digest, peer.program, peer.waiting, last, clock,
        nodes.worst((last, clock, differs)),
    )  # fmt: skip


def _name(code: str) -> Text:
    node = here.nodes().by_code.get(code)
    return node.name if node else Text(code, code)


def _out(now: dt.datetime) -> list[LaneLine]:
    return [
        LaneLine(
            lane.to, _name(lane.to), True, lane.lane, lane.waiting, lane.oldest if lane.waiting else None, lane.a_minute,
            lane.delivered_at, nodes.lane_light(lane.waiting, lane.oldest, now),
        )
        for lane in queries.lanes_out(now)
        if queries.worth_a_line(lane.to, lane.waiting)
    ]  # fmt: skip


def _in(now: dt.datetime) -> list[LaneLine]:
    found = []
    for lane in queries.lanes_in():
        waiting = lane.waiting
        if not queries.worth_a_line(lane.from_node, waiting):
            continue
        # How old they are only their sender knows.
        since = lane.at if waiting else None
        found.append(
            LaneLine(
                lane.from_node, _name(lane.from_node), False, lane.lane, waiting, since, None, lane.at,
                nodes.lane_light(waiting, since, now),
            )
        )  # fmt: skip
    return found
