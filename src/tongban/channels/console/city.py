"""The picture of the city: where each node stands on it and how its lanes are drawn. The city node is in the middle and the others
around it, in the order of the layout, so that a node is always found at the same place."""

import math
from typing import Any

from tongban.channels.shared.language import language, say
from tongban.domain.nodes import Light, worst
from tongban.reads.lanes import City, LaneLine, NodeLine

# In the units of the picture: wide enough for sixteen names around, high enough for a phone.
WIDE, HIGH, ACROSS, UP, SIZE = 800, 740, 330, 300, 34
_RANK: dict[Light, int] = {"none": 0, "green": 1, "yellow": 2, "red": 3}
WORDS: dict[Light, tuple[str, str]] = {
    "green": ("正常", "well"), "yellow": ("需留意", "look at it"), "red": ("异常", "wrong"), "none": ("没有消息", "never heard"),
}  # fmt: skip


def picture(city: City) -> dict[str, Any]:
    """What the template draws: nodes with their places and words, lines between this node and those it has lanes with."""
    places = _places(city.nodes)
    here = places[city.node]
    lines = []
    for node in city.nodes:
        lanes = [lane for lane in city.lanes if lane.node == node.code]
        if node.code != city.node and (lanes or city.node in _cities(city) or node.kind == "city"):
            lines.append(_line(here, places[node.code], node, lanes))
    return {
        "wide": WIDE, "high": HIGH, "size": SIZE, "lines": sorted(lines, key=lambda line: line["rank"]),
        "busy": sorted((x for x in city.lanes if _busy(x)), key=lambda x: (-_RANK[x.light], -x.waiting)),
        "quiet": [x for x in city.lanes if not _busy(x)],
        "nodes": [_node(n, places[n.code], [x for x in city.lanes if x.node == n.code]) for n in city.nodes],
    }  # fmt: skip


def _busy(lane: LaneLine) -> bool:
    return lane.waiting > 0 or lane.light != "green"


def _cities(city: City) -> set[str]:
    return {n.code for n in city.nodes if n.kind == "city"}


def _places(nodes: tuple[NodeLine, ...]) -> dict[str, tuple[int, int]]:
    around = [n for n in nodes if n.kind != "city"]
    found = {n.code: (WIDE // 2, HIGH // 2 - 10) for n in nodes if n.kind == "city"}
    for place, node in enumerate(around):
        angle = 2 * math.pi * place / len(around) - math.pi / 2
        found[node.code] = (round(WIDE / 2 + ACROSS * math.cos(angle)), round(HIGH / 2 - 10 + UP * math.sin(angle)))
    return found


def _line(one: tuple[int, int], other: tuple[int, int], node: NodeLine, lanes: list[LaneLine]) -> dict[str, Any]:
    light = worst([lane.light for lane in lanes] + [node.heard_light]) if lanes else node.heard_light
    return {"x1": one[0], "y1": one[1], "x2": other[0], "y2": other[1], "light": light, "rank": _RANK[light]}  # fmt: skip


def _node(node: NodeLine, place: tuple[int, int], lanes: list[LaneLine]) -> dict[str, Any]:
    waiting = sum(lane.waiting for lane in lanes)
    light = worst([node.light, *(lane.light for lane in lanes)])
    state = say("本节点", "this node") if node.ours else say(*WORDS[light])
    many = say(f"{waiting} 封等待", f"{waiting} waiting")
    return {
        "x": place[0], "y": place[1], "name": short(node), "light": light, "ours": node.ours, "waiting": waiting,
        "shown": "" if node.ours else f"{waiting:,}" if waiting < 10_000 else f"{waiting // 1000}k", "under": place[1] + SIZE + 24,
        "said": f"{short(node)} · {state}" + ("" if node.ours else f" · {many}"),
    }  # fmt: skip


def short(node: NodeLine) -> str:
    """The name of a node in a picture: the district without its kind."""
    if language() == "en":
        return (node.name.en or node.code).removesuffix(" system").removesuffix(" New Area")
    name = node.name.zh.removesuffix("系统")
    return name.removesuffix("新区").removesuffix("区") or name
