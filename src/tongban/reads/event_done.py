"""What was handed in, for the page that says so beyond doubt and for the receipt: one number, each part with when it starts and by when
it is promised, what still waits for the person, and the dates for a calendar."""

import datetime as dt

import msgspec
from django.conf import settings

from tongban.domain.actor import Actor
from tongban.domain.mother import Mother, Standing
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text
from tongban.flows import access, event_access
from tongban.plumbing import clock
from tongban.reads import values
from tongban.reads.event_guide import names_of
from tongban.reads.paper import Paper, Row, Table
from tongban.registers.catalog import queries as catalog

STATES = {
    "waiting": Text("等前面的办好,自动开始", "starts by itself when what comes before is done"),
    "held": Text("要您补充后才能开始", "waits for you"),
    "open": Text("已经开始办理", "under way"),
    "ended": Text("已有结果", "decided"),
    "dropped": Text("不再办理", "left out"),
}


class PartSeen(msgspec.Struct, frozen=True):
    """One item of what was handed in."""

    item: str
    name: Text
    whose: Text
    department: Text
    state: str
    said: Text
    number: str
    starts_on: dt.date
    promised_on: dt.date
    after: Text
    todo: tuple[Text, ...]
    deferred_until: dt.date | None


class Submitted(msgspec.Struct, frozen=True):
    """All of it."""

    number: str
    query_code: str
    event: str
    name: Text
    opened_at: dt.datetime
    until: dt.date
    parts: tuple[PartSeen, ...]
    center: str

    @property
    def todo(self) -> tuple[PartSeen, ...]:
        """The parts that wait for the person."""
        return tuple(part for part in self.parts if part.todo)


def submitted(actor: Actor, number: str, visit_id: str = "") -> Submitted:
    """What was handed in under this number, for who may see it; at a counter for the person served in this visit and nobody else.
    NotFound ``event.not_found``."""
    if visit_id:
        found = event_access.of_served(access.visit(actor, visit_id), number)
    else:
        found = event_access.mother(actor, number)
    mother = found.mother
    assert mother.opened_on is not None
    prepared = catalog.prepared(mother.event, mother.opened_on)
    parts = tuple(_part(one, mother, prepared) for one in mother.parts)
    return Submitted(
        number, found.query_code, mother.event, prepared.event.name, found.opened_at,
        max((part.promised_on for part in parts), default=mother.opened_on), parts, mother.receiving,
    )  # fmt: skip


def _part(one: Standing, mother: Mother, prepared: Prepared) -> PartSeen:
    part = one.part
    version = prepared.items[prepared.numbers[part.item]].version
    owner = catalog.departments()[version.item.department]
    before = dict.fromkeys(need.item for need in part.needs if need.item in prepared.numbers)
    names = [prepared.items[prepared.numbers[item]].version.name for item in before]
    state: str = one.state
    said = STATES[state]
    if state == "waiting" and part.deferred_until is not None:
        said = Text("放到后面办", "follows later")
    return PartSeen(
        part.item, version.name, names_of(prepared.event)[part.of], owner.short if owner.short.zh else owner.name, state, said,
        one.number, part.starts_on, part.promised_on,
        Text("、".join(dict.fromkeys(f"“{n.zh}”" for n in names)), ", ".join(dict.fromkeys(n.en or n.zh for n in names))),
        tuple(_todo(problem, prepared) for problem in one.problems) if state == "held" else (), part.deferred_until,
    )  # fmt: skip


def _todo(problem: str, prepared: Prepared) -> Text:
    """What the person has to do, from a code and a pointer."""
    _, _, pointer = problem.partition(" ")
    place, _, code = pointer.removeprefix("/").partition("/")
    material = prepared.registry.materials.get(code.rpartition(".")[2])
    if place == "papers" and material is not None:
        return Text(
            f"到任何一个中心出示“{material.name.zh}”", f"show at any center: {material.name.en or material.name.zh}"
        )
    element = prepared.registry.elements.get(code)
    if place == "answers" and element is not None:
        return Text(f"补填“{element.name.zh}”", f"fill in: {element.name.en or element.name.zh}")
    return Text("到任何一个中心说明情况", "explain it at any center")


def receipt(actor: Actor, visit_id: str, number: str, *, at: dt.datetime) -> Paper:
    """The receipt on paper, for whom the visit is about. To open the name on it is written down as a look."""
    seen, whose = submitted(actor, number), event_access.mother(actor, number).mother.applicant
    reason = f"打印“{seen.name.zh}”收件凭证"
    name = access.person(actor, reason=reason, visit_id=visit_id, person_id=whose, at=at).identity.name
    rows = [Row(Text("申请人", "Applicant"), name), Row(Text("一件事", "Life event"), seen.name.zh)]
    rows.append(Row(Text("全部办结最迟", "All done by"), _day(seen.until), strong=True))
    heads = (Text("事项", "Item"), Text("编号", "Number"), Text("现在", "Now"), Text("承诺办结", "Promised by"))
    lines = tuple((part.name.zh, part.number or "—", part.said.zh, _day(part.promised_on)) for part in seen.parts)
    tables = [Table(Text("包括的事项", "Items"), heads, lines)]
    if seen.todo:
        tables.append(
            Table(
                Text("还要您做的", "What you still have to do"), (Text("事项", "Item"), Text("要做什么", "What")),
                tuple((part.name.zh, todo.zh) for part in seen.todo for todo in part.todo),
            )
        )  # fmt: skip
    return Paper(
        kind="receipt", center=values.place(seen.center).zh, made_on=f"{at.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}",
        number=number, query_code=seen.query_code, link=f"{settings.PUBLIC_URL}/p/{number}#{seen.query_code}",
        lead=(f"“{seen.name.zh}”已于{seen.opened_at.astimezone(clock.CITY_ZONE):%Y年%-m月%-d日}提交,各部门按先后办理,不用再分别申请。",),
        rows=tuple(rows), tables=tuple(tables),
        notes=("凭上面的编号和查询码可以查所有事项的进度。", "收件不等于受理;每个事项是否受理会另行告知。"),
    )  # fmt: skip


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def calendar(seen: Submitted, *, at: dt.datetime) -> bytes:
    """The dates as an iCalendar file (RFC 5545): by when each part is promised, and what is to be done. No names are in it: a
    calendar is often shared."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongban//Life events//ZH", "CALSCALE:GREGORIAN"]
    stamp = f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    for n, part in enumerate(seen.parts):
        day = part.deferred_until or part.promised_on
        what = "最迟办好" if part.deferred_until else "承诺办结"
        lines += [
            "BEGIN:VEVENT", f"UID:{seen.number}-{n}@tongban", f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}", f"SUMMARY:{_escaped(f'{what}:{part.name.zh}')}",
            f"DESCRIPTION:{_escaped('、'.join(todo.zh for todo in part.todo) or f'编号 {seen.number}')}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, as the standard wants; what goes on begins with a space."""
    found, now = [], ""
    for one in line:
        if len((now + one).encode()) > 73:
            found.append(now)
            now = " "
        now += one
    return [*found, now]
