"""What is handed in for a case, at the receipt and later: which papers, whether the item asks for them at all, and how the log
marks them. Kept apart from receiving.py because a correction and a paper that followed are handed in the same way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

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


def of_lost_form(version: ItemVersion, elements: Mapping[str, Element], points: Sequence[Point]) -> tuple[Point, ...]:
    """The ``points`` of a correction where the form went with a disk: missing again is what all must say beside who they are. The
    rest of the form is asked for with it; who somebody is the register still knows."""
    named = {point.code for point in points if point.what == "field"}
    always = [f.element for f in version.fields if f.required and f.when is None and f.element in elements]
    gone = [code for code in always if elements[code].group not in ("applicant", "agent")] or [
        f.element for f in version.fields
    ][:1]
    return (*points, *(Point("field", code, "missing") for code in gone if code not in named))


def changed(
    asked: Iterable[Point], typed: Iterable[str], old: Mapping[str, object], new: Mapping[str, object],
    papers: Iterable[PaperMark],
) -> frozenset[str]:  # fmt: skip
    """The codes of what a correction brings: other answers than the ``old`` ones, and papers. What was missing is there when it is
    there: where the city lost a form, people say what they said before."""
    come = {p.code for p in asked if p.what == "field" and p.problem == "missing" and new.get(p.code) not in ("", None)}
    return frozenset(
        {code for code in typed if code in come or new.get(code) != old.get(code)} | {p.material for p in papers}
    )


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
