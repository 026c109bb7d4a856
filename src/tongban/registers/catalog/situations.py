"""Runs the situation files: given this resident on this day, the rulebook must say exactly this. They are the tests that
a civil servant can read and write, and publishing waits for them."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from tongban.domain import jurisdiction, material
from tongban.domain.calendar import Calendar
from tongban.domain.item import ItemVersion, eligibility, weigh_papers
from tongban.domain.jurisdiction import Homes
from tongban.domain.material import Given
from tongban.domain.place import Places
from tongban.domain.refusals import Refused
from tongban.registers.catalog import event_situations
from tongban.registers.catalog.city import City, SituationRow, Source
from tongban.registers.catalog.files import Document, Note
from tongban.registers.catalog.said import wrong_answers

_WORDS = {True: "符合", False: "不符合", None: "还不能判断", "unknown": "还不能判断"}


class _Licence(msgspec.Struct, frozen=True):
    """An e-licence that the situation says is there."""

    kind: str
    valid_until: dt.date | None = None


def run(source: Source) -> list[Note]:
    """Run every situation, of items and of life events; one note for each expectation that is not met."""
    return _items(source) + event_situations.run(source)


def _items(source: Source) -> list[Note]:
    if source.city is None:
        return []
    try:
        places = source.city.places.places()
        calendar = Calendar.of(source.city.calendar)
    except Refused:
        # The lint says what is wrong with them; over a wrong map or calendar every situation would only echo it.
        return []
    # A version that could not be read has its own message; its situations would only echo it.
    faulty = {note.file for note in source.notes}
    return [
        note
        for row, doc in source.situations
        if (whence := source.whence.get(f"items/{row.given.item}")) is None or whence[0].file not in faulty
        for note in _One(row, doc, source.city, places, calendar).run()
    ]


class _One:
    def __init__(self, row: SituationRow, doc: Document, city: City, places: Places, calendar: Calendar) -> None:
        self.row, self.doc, self.city, self.places, self.calendar = row, doc, city, places, calendar
        self.notes: list[Note] = []

    def say(self, path: str, what: str, mend: str = "核对情形文件和事项规则,哪边错改哪边") -> None:
        self.notes.append(self.doc.note(path, what, mend))

    def run(self) -> list[Note]:
        given, expect = self.row.given, self.row.expect
        version = self.version()
        if version is None:
            return self.notes
        for path, what, mend in wrong_answers(given.answers, {one.code: one for one in self.city.elements}):
            self.say(f"/given/answers/{path}", what, mend)
        verdict = eligibility(version, given.answers, given.today)
        wanted = None if expect.eligible == "unknown" else expect.eligible
        if verdict.value is not wanted:
            unmet = "、".join(u.condition.id for u in (*verdict.failing, *verdict.unknown))
            say = f"预期{_WORDS[wanted]},实际{_WORDS[verdict.value]}{f'(条件 {unmet})' if unmet else ''}"
            self.say("/expect/eligible", say)
        self.compare("failing", expect.failing, (unmet.condition.id for unmet in verdict.failing), "不符合的条件")
        self.papers(version)
        self.route(version)
        self.promise(version)
        return self.notes

    def version(self) -> ItemVersion | None:
        given = self.row.given
        of_item = [v for v in self.city.versions if v.code == given.item]
        chosen = [v for v in of_item if (v.version == given.version if given.version else v.valid_from <= given.today)]
        if not chosen:
            self.say("/given/item", f"事项“{given.item}”在 {given.today} 没有生效的版本", "核对事项代码和日期")
            return None
        return max(chosen, key=lambda v: v.version)

    def compare(self, name: str, wanted: tuple[str, ...] | None, found: Iterable[str], zh: str) -> None:
        if wanted is None:
            return
        actual = set(found)
        if actual != set(wanted):
            say = f"{zh}:预期 {'、'.join(sorted(wanted)) or '无'},实际 {'、'.join(sorted(actual)) or '无'}"
            self.say(f"/expect/{name}", say)

    def papers(self, version: ItemVersion) -> None:
        given, expect = self.row.given, self.row.expect
        kinds = {kind.code: kind for kind in self.city.materials}
        there = Given(credentials=tuple(_Licence(kind) for kind in given.credentials))
        states = material.check(weigh_papers(version, given.answers, given.today), kinds, there, given.today)
        follow = {s.material for s in states if s.state == "may_follow"}
        # What may follow is still to be brought: a file may list it under both.
        needed = {s.material for s in states if s.state == "missing"}
        if expect.papers_needed is not None:
            needed |= follow & set(expect.papers_needed)
        self.compare("papers_needed", expect.papers_needed, needed, "还要带的材料")
        self.compare("may_follow", expect.may_follow, follow, "可以容后补交的材料")

    def route(self, version: ItemVersion) -> None:
        given, expect = self.row.given, self.row.expect
        try:
            homes = msgspec.convert(dict(given.homes), Homes)
        except msgspec.ValidationError:
            self.say("/given/homes", "归属地只有 hukou、residence、employer 三种", "改正键名")
            return
        try:
            route = jurisdiction.route(version, given.center, homes, self.places)
        except Refused as refused:
            if expect.refused != refused.code and (expect.handling or expect.handed_over or expect.refused):
                right = refused.facts.get("right_center", "")
                if not (expect.handling and expect.handling == right):
                    self.say("/expect/handling", f"在这个中心被拒绝({refused.code}):{refused.text.zh}")
            return
        if expect.refused:
            self.say("/expect/refused", f"预期拒绝({expect.refused}),实际由 {route.handling} 办理")
        if expect.handling and expect.handling != route.handling:
            self.say("/expect/handling", f"办理中心:预期 {expect.handling},实际 {route.handling}")
        if expect.handed_over and expect.handed_over != route.hand_over:
            self.say("/expect/handed_over", f"转交:预期 {expect.handed_over},实际 {route.hand_over}")

    def promise(self, version: ItemVersion) -> None:
        expect = self.row.expect
        if expect.promised_by is None and expect.provisional is None:
            return
        due: Any = self.calendar.add_working_days(self.row.given.today, version.limits.promised_days)
        if expect.promised_by is not None and due.date != expect.promised_by:
            self.say("/expect/promised_by", f"承诺日期:预期 {expect.promised_by},实际 {due.date}")
        if expect.provisional is not None and due.provisional != expect.provisional:
            words = {True: "暂定", False: "确定"}
            self.say("/expect/provisional", f"预期{words[expect.provisional]},实际{words[due.provisional]}")
