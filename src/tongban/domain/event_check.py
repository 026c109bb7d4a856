"""Finds definitions of a life event that no plan can honour: items that wait for each other in a circle, by order or by
results, and items whose ``when`` can never hold. It is asked before a catalog is published, never at a counter."""

import datetime as dt
import itertools
from typing import Any, NamedTuple

from tongban.domain.element import Element
from tongban.domain.expression import Expr
from tongban.domain.prepared import PaperTerm, Prepared
from tongban.domain.situation import compiled, weigh
from tongban.domain.text import Text

_MOST = 4_096


class Wait(NamedTuple):
    """One step of a circle: ``item`` waits for ``other``, because of the order or for a material."""

    item: str
    other: str
    material: str = ""
    why: Text = Text("")


def circle(prepared: Prepared) -> tuple[Wait, ...]:
    """A circle that the definitions leave no way out of; empty when there is none. A material that a department confirms,
    a declaration replaces or that may follow is a way out; that the person brings the very thing on paper is not."""
    waits: dict[str, list[list[Wait]]] = {}
    for term in prepared.items:
        code = term.entry.item
        waits[code] = [[Wait(code, after.item, "", after.why)] for after in term.entry.after]
        for paper in term.papers:
            makers = dict.fromkeys(maker for each in paper.makers for maker in each)
            if makers and not _way_out(paper):
                names = (prepared.items[maker].entry.item for maker in makers)
                waits[code].append([Wait(code, name, paper.material) for name in names])
    return _circle(waits)


def _way_out(paper: PaperTerm) -> bool:
    may_follow = paper.need.tolerated_days > 0 and not paper.need.key
    return may_follow or any(way.check or way.declaration for way in paper.ways)


def _circle(waits: dict[str, list[list[Wait]]]) -> tuple[Wait, ...]:
    """Let items go as long as one waits for nobody; of what is left, walk from one to the next until one comes again."""
    left = dict(waits)
    while True:
        free = [code for code, needs in left.items() if all(any(w.other not in left for w in need) for need in needs)]
        if not free:
            break
        for code in free:
            del left[code]
    path: list[Wait] = []
    seen: list[str] = []
    code = next(iter(left), "")
    while code and code not in seen:
        seen.append(code)
        need = next(need for need in left[code] if all(w.other in left for w in need))
        path.append(need[0])
        code = need[0].other
    return tuple(path[seen.index(code) :]) if code else ()


def told(waits: tuple[Wait, ...], prepared: Prepared) -> str:
    """The circle in words, with the names of items and materials."""
    names = {term.entry.item: term.version.name.zh for term in prepared.items}
    materials = prepared.registry.materials

    def one(wait: Wait) -> str:
        item, other = f"“{names[wait.item]}”", f"“{names[wait.other]}”"
        if wait.material:
            kind = materials.get(wait.material)
            return f"{item}要用{other}办出来的“{kind.name.zh if kind else wait.material}”"
        return f"{item}排在{other}之后" + (f"({wait.why.zh})" if wait.why.zh else "")

    return ";".join(one(wait) for wait in waits)


def never(test: Expr, elements: dict[str, Element], today: dt.date) -> bool:
    """Whether a condition is false whatever is answered: tried for every choice; other kinds of answer stay open."""
    axes: list[list[tuple[str, Any]]] = []
    typed: set[str] = set()
    for code in test.elements():
        element = elements.get(code)
        if element is None:
            return False
        values: list[Any] = [choice.code for choice in element.choices] if element.type == "choice" else []
        if element.type == "boolean":
            values = [True, False]
        if values:
            axes.append([(code, value) for value in values])
        else:
            typed.add(code)
    size = 1
    for axis in axes:
        size *= len(axis)
    if size > _MOST:
        return False
    ready = (compiled(test),)
    return all(weigh(ready, dict(pairs), today, typed)[0] is False for pairs in itertools.product(*axes))
