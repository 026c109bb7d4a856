"""Runs the situation files of life events: given this person, the composer must come to these figures, papers and order. So
what a source published is compared with what the definitions give, and is nowhere a result itself."""

import datetime as dt
from collections.abc import Iterable

from tongban.domain.calendar import Calendar
from tongban.domain.composer import compose
from tongban.domain.guidance import next_question
from tongban.domain.place import Places
from tongban.domain.plan import Circumstances, Counts, Holdings, Known, Plan
from tongban.domain.prepared import Prepared, prepare
from tongban.domain.refusals import Refused
from tongban.registers.catalog.city import City, EventSituationRow, Figures, Range, Source
from tongban.registers.catalog.files import Document, Note
from tongban.registers.catalog.lint_events import registry, versions_on
from tongban.registers.catalog.nearest import nearest
from tongban.registers.catalog.said import wrong_answers

_NAMES = {
    "items": "事项", "links": "环节", "forms": "表单", "fields": "填写项", "papers": "材料", "visits": "跑动", "days": "天数",
}  # fmt: skip


def run(source: Source) -> list[Note]:
    """Run every situation of a life event; one note for each expectation that is not met."""
    city = source.city
    if city is None:
        return []
    try:
        places, calendar = city.places.places(), Calendar.of(city.calendar)
    except Refused:
        return []
    faulty = {note.file for note in source.notes}
    notes = []
    for row, doc in source.event_situations:
        whence = source.whence.get(f"events/{row.given.event}")
        if whence is None or whence[0].file not in faulty:
            notes += _One(row, doc, city, places, calendar).run()
    return notes + _references(source)


def _references(source: Source) -> list[Note]:
    seen: dict[str, str] = {}
    notes = []
    for row, doc in source.event_situations:
        if row.reference and (other := seen.setdefault(row.given.event, row.name)) != row.name:
            notes.append(doc.note("/reference", f"“{other}”已经是这件事的代表情形", "只留一个 reference: true"))
    return notes


def circumstances(row: EventSituationRow) -> Circumstances:
    """What the plan of a situation is made for."""
    given = row.given
    people = {
        person: Holdings(held.register, held.credentials, held.checks, held.results)
        for person, held in given.known.items()
    }
    chosen = None if given.chosen is None else frozenset(given.chosen)
    return Circumstances(
        given.today, given.answers, Known({}, people), frozenset(given.unsure), chosen, frozenset(given.insist),
        given.channel, given.center,
    )  # fmt: skip


def prepared_on(city: City, code: str, day: dt.date) -> Prepared | None:
    """An event made ready with the versions of a day; None when there is no such event or an item is not in force."""
    event = next((event for event in city.events if event.code == code), None)
    versions = versions_on(city, day)
    if event is None or any(entry.item not in versions for entry in event.items):
        return None
    return prepare(event, versions, registry(city))


def not_in_force(city: City, code: str, day: dt.date) -> tuple[str, ...]:
    """The items of an event that have no version on a day."""
    versions = versions_on(city, day)
    entries = (entry for event in city.events if event.code == code for entry in event.items)
    return tuple(entry.item for entry in entries if entry.item not in versions)


class _One:
    def __init__(self, row: EventSituationRow, doc: Document, city: City, places: Places, calendar: Calendar) -> None:
        self.row, self.doc, self.city, self.places, self.calendar = row, doc, city, places, calendar
        self.notes: list[Note] = []

    def say(self, path: str, what: str, mend: str = "核对情形文件和一件事的定义,哪边错改哪边") -> None:
        self.notes.append(self.doc.note(path, what, mend))

    def run(self) -> list[Note]:
        given, expect = self.row.given, self.row.expect
        prepared = prepared_on(self.city, given.event, given.today)
        if prepared is None:
            events = [event.code for event in self.city.events]
            if given.event not in events:
                self.say("/given/event", f"没有代码为“{given.event}”的一件事", nearest(given.event, events, "改正代码"))
            elif items := not_in_force(self.city, given.event, given.today):
                what = f"在 {given.today} 没有生效版本的事项:{'、'.join(items)}"
                self.say("/given/event", what, "改正日期,或先改正这些事项自己的错")
            return self.notes
        self.given(prepared)
        try:
            plan = compose(prepared, circumstances(self.row), self.calendar, self.places)
        except Refused as refused:
            self.say("/given", refused.text.zh)
            return self.notes
        self.compare("items", expect.items, plan.composed, "办理的事项")
        self.compare("maybe", expect.maybe, (i.item for i in plan.items if i.state == "maybe"), "还不能确定的事项")
        self.compare("papers", expect.papers, (p.material for p in plan.papers if p.state == "paper"), "要带的材料")
        self.compare("follow", expect.follow, (p.material for p in plan.papers if p.state == "follow"), "容后补的材料")
        self.compare("deferred", expect.deferred, (p.item for p in plan.deferred), "后置的事项")
        self.not_eligible(plan)
        self.figures("before", expect.before, plan.before)
        self.figures("after", expect.after, plan.after)
        self.order(plan)
        if expect.next is not None:
            question = next_question(prepared, circumstances(self.row))
            found = question.element if question else ""
            if found != expect.next:
                self.say("/expect/next", f"下一个问题:预期 {expect.next or '没有'},实际 {found or '没有'}")
        return self.notes

    def given(self, prepared: Prepared) -> None:
        given = self.row.given
        elements = prepared.registry.elements
        for path, what, mend in wrong_answers({**given.answers, **dict.fromkeys(given.unsure)}, elements):
            self.say(f"/given/answers/{path}", what, mend)
        people = {"self", *(person.code for person in prepared.event.people)}
        for person, held in given.known.items():
            at = f"/given/known/{person}"
            if person not in people:
                self.say(at, f"这件事里没有“{person}”", nearest(person, people, "写 people 里的人,或 self"))
            self.held(at, "证照种类", held.credentials, prepared.registry.credentials, "credentials.yaml")
            self.held(at, "核验", held.checks, prepared.registry.checks, "checks.yaml")
            self.held(at, "事项", held.results, {item.code for item in self.city.items}, "items")
        for code in (*(given.chosen or ()), *given.insist):
            if code not in prepared.numbers:
                self.say("/given/chosen", f"这件事里没有事项“{code}”", nearest(code, prepared.numbers, "改正事项代码"))

    def held(self, at: str, what: str, codes: Iterable[str], known: Iterable[str], file: str) -> None:
        for code in codes:
            if code not in known:
                self.say(at, f"没有{what}“{code}”", nearest(code, known, f"先在 {file} 登记"))

    def compare(self, name: str, wanted: tuple[str, ...] | None, found: Iterable[str], zh: str) -> None:
        actual = set(found)
        if wanted is not None and actual != set(wanted):
            say = f"{zh}:预期 {'、'.join(sorted(wanted)) or '无'},实际 {'、'.join(sorted(actual)) or '无'}"
            self.say(f"/expect/{name}", say)

    def not_eligible(self, plan: Plan) -> None:
        wanted = self.row.expect.not_eligible
        if wanted is None:
            return
        found = {i.item: {f.condition.id for f in i.failing} for i in plan.items if i.state == "not_eligible"}
        if found != {item: set(conditions) for item, conditions in wanted.items()}:
            told = ";".join(f"{item}({'、'.join(sorted(failing))})" for item, failing in found.items())
            self.say("/expect/not_eligible", f"不符合条件的事项和预期不同,实际 {told or '无'}")

    def figures(self, name: str, wanted: Figures | None, found: Counts) -> None:
        if wanted is None:
            return
        for unit, zh in _NAMES.items():
            value, actual = getattr(wanted, unit), getattr(found, unit)
            low, high = (value.least, value.most) if isinstance(value, Range) else (value, value)
            if value is not None and not ((low or 0) <= actual and (high is None or actual <= high)):
                words = f"{low} 到 {'更多' if high is None else high}" if isinstance(value, Range) else f"{value}"
                self.say(f"/expect/{name}/{unit}", f"{zh}:预期 {words},实际 {actual}")

    def order(self, plan: Plan) -> None:
        steps = {step.item: step for step in plan.steps if step.kind in ("handle", "deferred")}
        waits = {key: set(step.after) for key, step in ((s.key, s) for s in plan.steps)}
        for i, (first, then) in enumerate(self.row.expect.order):
            if (
                first not in steps
                or then not in steps
                or steps[first].end > steps[then].start
                or not _waits(waits, then, first)
            ):
                self.say(f"/expect/order/{i}", f"“{then}”没有排在“{first}”之后")
        for i, (one, other) in enumerate(self.row.expect.parallel):
            if one not in steps or other not in steps or _waits(waits, one, other) or _waits(waits, other, one):
                self.say(f"/expect/parallel/{i}", f"“{one}”和“{other}”没有同时办")


def _waits(waits: dict[str, set[str]], item: str, other: str) -> bool:
    """Whether a step waits for another, directly or through others."""
    seen, look = set[str](), [item]
    while look:
        for key in waits.get(look.pop(), ()):
            if key == other:
                return True
            if key not in seen:
                seen.add(key)
                look.append(key)
    return False


__all__ = ["circumstances", "not_in_force", "prepared_on", "run"]
