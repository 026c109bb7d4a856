"""Which node hosts which center, and which nodes a case concerns. One deployment of the program is a node; on one machine a
single node hosts the whole city, and then nothing concerns another node: that is all the difference there is."""

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from tongban.domain.actor import CITY, Actor, below, power_name
from tongban.domain.case import Case
from tongban.domain.refusals import NotAllowed
from tongban.domain.text import Text

LAYOUT_ONE = "one"


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One deployment: its code, name, and the places (district or center codes, 310000 for all) that it hosts."""

    code: str
    name: Text
    kind: Literal["city", "district"]
    hosts: tuple[str, ...] = ()
    evidence: str = "reconstructed"


class Nodes(msgspec.Struct, frozen=True, dict=True):
    """The nodes of a layout. Places that no district names are hosted by the city node, so every center has a host."""

    nodes: tuple[Node, ...]

    @cached_property
    def by_code(self) -> dict[str, Node]:
        """The nodes by code."""
        return {node.code: node for node in self.nodes}

    @cached_property
    def city(self) -> str:
        """The code of the city node."""
        return next(node.code for node in self.nodes if node.kind == "city")

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}

    def host(self, center: str) -> str:
        """The node that hosts a center: the one with the longest place that covers it."""
        known = self._known.get(center)
        if known is None:
            covering = [(len(below(p)), n.code) for n in self.nodes for p in n.hosts if center.startswith(below(p))]
            known = self._known[center] = max(covering)[1] if covering else self.city
        return known

    def concerned(self, case: Case) -> frozenset[str]:
        """The nodes that hold the log of this case: all that ever had a part in it, and the city."""
        return frozenset((self.city,)) if len(self.nodes) == 1 else self.with_a_part(case) | {self.city}

    def event_concerns(self, receiving: str, teller: str) -> frozenset[str]:
        """The nodes to which ``teller`` tells a life event again: the one that received it, and the city, which believes only that one."""
        host = self.host(receiving)
        return frozenset((host, self.city)) if teller == host else frozenset((host,))

    def with_a_part(self, case: Case) -> frozenset[str]:
        """The nodes whose centers received, held or handle this case."""
        centers = {case.receiving, case.handling, case.holder, case.came_from, *case.centers} - {""}
        return frozenset(self.host(center) for center in centers)


Light = Literal["none", "green", "yellow", "red"]
# Letters take seconds; nodes say a word at least every ten seconds.
LATE, STUCK = dt.timedelta(minutes=1), dt.timedelta(minutes=10)
QUIET, SILENT = dt.timedelta(seconds=30), dt.timedelta(minutes=2)
# Deadlines are days, but what is shown "as of" and signed until a moment suffers from clocks that differ.
APART, FAR_APART = dt.timedelta(seconds=5), dt.timedelta(minutes=1)


def lane_light(waiting: int, since: dt.datetime | None, now: dt.datetime) -> Light:
    """The light of a lane: by how long its oldest letter has waited; what moves within a minute is well, however much it is."""
    if waiting <= 0 or since is None:
        return "green"
    return _by(now - since, LATE, STUCK)


def heard_light(at: dt.datetime | None, now: dt.datetime) -> Light:
    """The light of a node: by when it was last heard; none when it never was."""
    return "none" if at is None else _by(now - at, QUIET, SILENT)


def clock_light(apart: dt.timedelta) -> Light:
    """The light of a clock: by how far it is from ours."""
    return _by(abs(apart), APART, FAR_APART)


def worst(lights: Iterable[Light]) -> Light:
    """The light of several together."""
    return max(lights, key=("none", "green", "yellow", "red").index, default="none")


def _by(waited: dt.timedelta, yellow: dt.timedelta, red: dt.timedelta) -> Light:
    return "red" if waited > red else "yellow" if waited > yellow else "green"


def may_oversee(actor: Actor, power: str, node: Node) -> bool:
    """Whether the actor has a power over a node as such: in the whole city, or in a whole place that the node hosts. A power in
    one center is not enough: lanes and letters belong to all of them."""
    return any(actor.may(power, place) for place in (CITY, *node.hosts))


def must_oversee(actor: Actor, power: str, node: Node) -> None:
    """Raise NotAllowed unless the actor has the power over the node."""
    if not may_oversee(actor, power, node):
        raise NotAllowed(
            "node.not_allowed",
            f"您没有对{node.name.zh}“{power_name(power)}”的权限(需全市或全区范围)",
            f"You do not have this power over the {node.name.en or node.code}: it needs the city or the district",
            power=power,
            place=node.code,
        )


def problems(nodes: Iterable[Node]) -> list[str]:
    """What is wrong with a layout, in words: empty is good."""
    rows = tuple(nodes)
    found = []
    codes = [node.code for node in rows]
    if twice := sorted({c for c in codes if codes.count(c) > 1}):
        found.append(f"节点代码重复:{'、'.join(twice)}")
    if sum(node.kind == "city" for node in rows) != 1:
        found.append("必须恰好有一个市级节点(kind: city)")
    if bad := [c for c in codes if not (c.isascii() and c.isalnum() and c.islower())]:
        found.append(f"节点代码只能用小写字母和数字:{'、'.join(bad)}")
    places: dict[str, str] = {}
    for node in rows:
        for place in node.hosts:
            if place in places:
                found.append(f"{place} 同时由 {places[place]} 和 {node.code} 承载,只能有一个节点")
            places[place] = node.code
    return found
