"""The papers of a plan as they are shown: each once, with whose it is, how it is satisfied or what the person may do, and for which
items it serves."""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from tongban.domain.event_form import key_of, said_of, ways
from tongban.domain.event_intake import EventIntake
from tongban.domain.handed_in import PaperIn
from tongban.domain.plan import Plan, PlanPaper
from tongban.domain.prepared import Prepared
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.plumbing.clock import city_date
from tongban.reads import values
from tongban.reads.known_of import KnownOf

WAY_NAMES = {
    "upload": Text("现在上传照片或扫描件", "Upload a photo or a scan now"),
    "counter": Text("到窗口出示", "Show it at a counter"),
    "seen": Text("已核对原件", "Original seen"),
    "declared": Text("本人承诺情况属实,代替这份材料", "I declare that it is so, in place of the paper"),
    "follow": Text("以后补交", "Hand it in later"),
}


class EventPaperView(msgspec.Struct, frozen=True):
    """One paper of the plan. ``ways`` are empty when nothing is to be done; ``chosen`` is what the person said."""

    key: str
    material: str
    of: str
    name: Text
    whose: Text
    how: Text
    source: Text
    on: dt.date | None
    items: Text
    ways: tuple[tuple[str, Text], ...]
    chosen: str
    original: bool
    key_paper: bool
    days: int
    maybe: bool
    note: Text
    sample: Text
    scans: tuple[PaperIn, ...]
    wrong: bool
    state: str


def papers_of(
    plan: Plan,
    intake: EventIntake,
    prepared: Prepared,
    known: KnownOf,
    whose: Mapping[str, Text],
    problems: Iterable[Problem],
    channel: str,
) -> tuple[EventPaperView, ...]:
    """The papers: first those of which something is to be done."""
    wrong = {problem.pointer for problem in problems}
    views = [_view(paper, intake, prepared, known, whose, wrong, channel) for paper in plan.papers]
    return tuple(sorted(views, key=lambda view: not view.ways))


def _view(
    paper: PlanPaper,
    intake: EventIntake,
    prepared: Prepared,
    known: KnownOf,
    whose: Mapping[str, Text],
    wrong: set[str],
    channel: str,
) -> EventPaperView:
    kind = prepared.registry.materials.get(paper.material)
    key, said = key_of(paper), said_of(intake, paper, channel)
    open_ways = ways(paper, kind.satisfied_by if kind else (), channel, said)
    names = [prepared.items[prepared.numbers[item]].version.name for item in paper.items]
    terms = [
        term
        for item in paper.items
        for term in prepared.items[prepared.numbers[item]].papers
        if (term.of, term.material) == (paper.of, paper.material)
    ]
    original = any(seen for term in terms for seen in term.seen)
    note = next((term.need.note for term in terms if term.need.note), None)
    source, on = _origin(paper, known)
    return EventPaperView(
        key, paper.material, paper.of, kind.name if kind else Text(paper.material), whose.get(paper.of, Text(paper.of)),
        _how(paper, prepared), source, on,
        Text("、".join(dict.fromkeys(n.zh for n in names)), ", ".join(dict.fromkeys(n.en or n.zh for n in names))),
        tuple((way, _way(way, paper, original, channel)) for way in open_ways), said,
        original, paper.key, paper.days, paper.maybe, note or Text(""), (kind.sample if kind else None) or Text(""),
        tuple(
            one.paper
            for one in intake.papers
            if one.paper.digest and (one.of, one.paper.material) == (paper.of, paper.material)
        ),
        f"/papers/{key}" in wrong, paper.state,
    )  # fmt: skip


def _way(way: str, paper: PlanPaper, original: bool, channel: str) -> Text:
    if way == "follow" and paper.days:
        return Text(f"承诺在受理后{paper.days}天内补交", f"I promise it within {paper.days} days of acceptance")
    if way == "seen" and channel != "window":
        return Text("窗口已经核对过原件,不用再交", "A counter has seen the original: nothing more to hand in")
    if way == "upload" and channel == "window":
        return Text("只有扫描件,没有见到原件", "A scan only, the original not seen")
    if way == "upload" and original:
        return Text("现在上传,原件办理时再核对", "Upload now; the original is looked at later")
    return WAY_NAMES[way]


def _how(paper: PlanPaper, prepared: Prepared) -> Text:
    """In words how it is satisfied as things stand."""
    by, registry = paper.by, prepared.registry
    if paper.result_of:
        name = prepared.items[prepared.numbers[paper.result_of]].version.name
        if paper.state == "later":
            return Text(f"随后置的“{name.zh}”再交", f"comes with {name.en or name.zh}, which follows later")
        return Text(f"“{name.zh}”办好后自动带出,不用交", f"comes from {name.en or name.zh} by itself")
    if paper.state == "later":
        return Text("轮到这个后置的事项时再交", "handed in when its item, which follows later, has its turn")
    if paper.state == "credential" and by is not None and by.credential in registry.credentials:
        name = registry.credentials[by.credential].name
        return Text(f"已调取电子证照“{name.zh}”,不用交", f"the e-licence {name.en or name.zh} is here")
    if paper.state == "check" and by is not None and by.check in registry.checks:
        name = registry.checks[by.check].name
        return Text(f"已向部门核对“{name.zh}”,不用交", f"checked with the department: {name.en or name.zh}")
    if paper.state == "result":
        return Text("以前办好的结果,不用交", "decided before, nothing to hand in")
    if paper.state == "declaration":
        return Text("可以用承诺代替", "a declaration will do")
    if paper.state == "follow":
        return Text(f"可以在受理后{paper.days}天内补交", f"may follow within {paper.days} days")
    return (
        Text("要看原件", "the original has to be seen")
        if paper.original
        else Text("复印件或照片也行", "a copy or a photo will do")
    )


def _origin(paper: PlanPaper, known: KnownOf) -> tuple[Text, dt.date | None]:
    by = paper.by
    wanted = "" if by is None else by.credential or (f"check:{by.check}" if by.check else "")
    found = (
        next((one for one in known.held if one.kind == wanted), None)
        if paper.state in ("credential", "check")
        else None
    )
    if found is None:
        return Text(""), None
    return values.source_name(found.source), city_date(found.as_of) if found.as_of else None
