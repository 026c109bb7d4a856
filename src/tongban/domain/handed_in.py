"""What is handed in for a case, at the receipt and later: which papers, whether the item asks for them at all, and how the log
marks them. Kept apart from receiving.py because a correction and a paper that followed are handed in the same way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from tongban.domain import who
from tongban.domain.element import Element
from tongban.domain.facts import PaperMark, Point
from tongban.domain.item import ItemVersion
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text


class PaperIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paper as it is handed in: of which material, as what, the digest of its scan if it was scanned or uploaded."""

    material: str
    form: Literal["original", "copy"] = "original"
    grade: Literal["A", "B", "C", "D"] = "B"
    digest: str = ""


def mark(paper: PaperIn) -> PaperMark:
    """A paper as the log keeps it."""
    return PaperMark(paper.material, "upload" if paper.grade == "C" else "paper", paper.grade, paper.digest)


def not_asked(version: ItemVersion, papers: Iterable[PaperIn]) -> Iterator[Problem]:
    """A problem for each paper that the item does not ask for: what nobody needs is not taken in."""
    known = {p.material for p in version.papers}
    for paper in papers:
        if paper.material not in known:
            yield Problem(
                "paper.not_asked",
                Text("此事项不需要这份材料", "This item does not ask for this paper"),
                f"/papers/{paper.material}",
            )


def must_be_asked(version: ItemVersion, papers: Iterable[PaperIn]) -> None:
    """Every paper is one that the item asks for; all that are not are told at once."""
    problems = tuple(not_asked(version, papers))
    if problems:
        first = problems[0]
        raise Refused(first.code, first.text.zh, first.text.en, pointer=first.pointer, problems=problems)


def matter(version: ItemVersion, elements: Mapping[str, Element], about: str = "") -> tuple[str, ...]:
    """The fields of a form that say more than who somebody is: what went with it when a disk took it. The rest the register says; but not
    of a part that is ``about`` another person (a child, one who died)."""
    codes = (field.element for field in version.fields if field.element in elements)
    return tuple(code for code in codes if about or not who.is_who(elements[code]))


def form_lost(version: ItemVersion, elements: Mapping[str, Element], about: str, *, there: bool) -> bool:
    """Whether a case at its holder lost its form with a disk: what was filled in is not ``there``, and it said more than who somebody is."""
    return not there and bool(matter(version, elements, about))


def must_be_of_item(version: ItemVersion, points: Sequence[Point]) -> None:
    """Every point of a correction names a field or a paper of the item."""
    known = {("field", f.element) for f in version.fields} | {("paper", p.material) for p in version.papers}
    for i, point in enumerate(points):
        if (point.what, point.code) not in known:
            raise Refused(
                "correction.not_of_item",
                "事项中没有这一项",
                "The item has no such field or paper",
                pointer=f"/points/{i}",
            )
