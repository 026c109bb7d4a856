"""What happened to a case and who looked at its data, in words for staff: every step with the colleague who did it, because
those who act on behalf of the city answer for it by name."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import msgspec
from django.db import connection

from tongban.domain import facts, reasons
from tongban.domain.chain import Entry
from tongban.domain.item import ItemVersion
from tongban.domain.text import Text
from tongban.reads.paper import TITLES
from tongban.reads.progress import Progress
from tongban.reads.who import place
from tongban.registers.catalog import queries as catalog

OUTCOMES = {
    "granted": Text("通过", "Granted"),
    "granted_follow": Text("容缺通过", "Granted, a paper to follow"),
    "refused": Text("不通过", "Refused"),
}
LOOKED_AT = {
    "look.answers": Text("申请表与说明", "the form and the notes"),
    "look.scan": Text("材料影像", "a scanned paper"),
    "look.paper": Text("文书上的姓名", "the names on a printed paper"),
    "look.person": Text("个人信息", "personal data"),
    "look.enquiry": Text("协查内容和申请人", "an enquiry and whom it is about"),
}
WHO = {
    "resident": Text("居民本人", "the resident"),
    "machine": Text("接口", "a machine"),
    "system": Text("系统", "the system"),
}
MOST_LOOKS = 30


class Event(msgspec.Struct, frozen=True):
    """A step of the timeline as the ``timeline`` part takes it."""

    n: int
    kind: str
    at: dt.datetime | None
    title: Text
    place: str = ""
    by: Text = Text("")
    note: Text = Text("")
    state: str = "done"


class Look(msgspec.Struct, frozen=True):
    """Somebody saw personal data of this case: when, who, of which center, what, and the reason given."""

    at: dt.datetime
    who: Text
    place: Text
    what: Text
    reason: Text


def names(refs: Iterable[str]) -> dict[str, tuple[Text, str]]:
    """Actor references -> (name, center code); what is no member of staff is named by its kind."""
    ids, found = {}, {}
    for ref in set(refs):
        kind, _, rest = ref.partition(":")
        found[ref] = (WHO.get(kind, Text("工作人员", "staff")), "")
        if kind == "staff":
            try:
                ids[uuid.UUID(rest)] = ref
            except ValueError:
                continue
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("select id, name, center from staff_staff where id = any(%s)", [list(ids)])
            found |= {ids[id_]: (Text(name), center) for id_, name, center in cursor.fetchall()}
    return found


def looks(number: str) -> tuple[Look, ...]:
    """Who looked at the data of this case and why, newest first (at most MOST_LOOKS)."""
    with connection.cursor() as cursor:
        cursor.execute(
            'select at, actor, act, reason from audit_line where "case" = %s and act = any(%s) order by id desc limit %s',
            [number, list(LOOKED_AT), MOST_LOOKS],
        )
        found = cursor.fetchall()
    who = names(actor for _, actor, _, _ in found)
    return tuple(
        Look(
            at, who[actor][0], place(who[actor][1]) if who[actor][1] else Text(""), LOOKED_AT[act], reason_words(reason)
        )
        for at, actor, act, reason in found
    )


def reason_words(reason: str) -> Text:
    """The reason as given; for a print, which paper it was; for an enquiry, who was asked."""
    why, _, code = reason.partition(":")
    if why == "print" and code in TITLES:
        title = TITLES[code]
        return Text(f"打印{title.zh}", f"printing: {title.en}")
    if why == "enquiry" and (department := catalog.departments().get(code)):
        return Text(f"{department.name.zh}答复协查", f"{department.name.en} answers an enquiry")
    return Text(reason)


def events(shown: Progress, log: Sequence[Entry], version: ItemVersion) -> tuple[Event, ...]:
    """The steps so far with who did them, and the one that is waited for."""
    who = names(entry.by for entry in log)
    done = [
        Event(step.n, step.kind, step.at, step.word, step.center_name, who[entry.by][0], _note(entry.fact, step.note, version))
        for step, entry in zip(shown.steps, log, strict=True)
    ]  # fmt: skip
    if shown.closed:
        return tuple(done)
    if shown.due.on is not None:
        done.append(Event(0, "", None, shown.due_word, shown.holder_name, note=_by(shown.due.on), state="later"))
    return tuple(done)


def _by(day: dt.date) -> Text:
    return Text(f"最迟{day.year}年{day.month}月{day.day}日", f"by {day:%Y-%m-%d}")


def _note(fact: facts.Body, note: Text, version: ItemVersion) -> Text:
    """What the step said, in words: the codes that the log keeps."""
    said = [note] if note.zh else []
    if isinstance(fact, facts.HandedOver):
        said.append(reasons.word(reasons.HANDED_OVER, fact.reason))
    elif isinstance(fact, facts.HandedBack):
        said.append(reasons.word(reasons.HANDED_BACK, fact.reason))
    elif isinstance(fact, facts.NotAccepted):
        said.append(reasons.word(reasons.NOT_ACCEPTED, fact.reason))
    elif isinstance(fact, facts.Withdrawn) and fact.reason:
        said.append(reasons.word(reasons.WITHDRAWN, fact.reason))
    elif isinstance(fact, facts.CorrectionAsked):
        said += [FORM_AGAIN] if fact.lost else []
        said += [_points(fact.points)] if fact.points else []
    elif isinstance(fact, facts.SpecialStarted):
        what = reasons.word(reasons.SPECIAL, fact.procedure)
        said.append(Text(
            f"{what.zh},依据{fact.basis},计划{fact.planned_days}个工作日",
            f"{what.en}, by {fact.basis}, planned {fact.planned_days} working days",
        ))  # fmt: skip
    elif isinstance(fact, facts.SpecialEnded) and fact.outcome:
        said.append(reasons.word(reasons.SPECIAL_ENDED, fact.outcome))
    elif isinstance(fact, facts.Reviewed):
        said.append(reasons.word(reasons.REVIEWED, fact.outcome))
    elif isinstance(fact, facts.Decided):
        said.append(reasons.word(OUTCOMES, fact.outcome))
    elif isinstance(fact, facts.ResultIssued):
        said.append(_result(version, fact.result))
    elif isinstance(fact, facts.Delivered):
        way, to = reasons.word(reasons.WAYS, fact.way), reasons.word(reasons.RECIPIENTS, fact.to)
        said.append(Text(f"{way.zh},{to.zh}", f"{way.en}, {to.en}"))
    elif isinstance(fact, facts.Revoked):
        said.append(Text(fact.law))
    return Text(";".join(t.zh for t in said), "; ".join(t.en or t.zh for t in said))


FORM_AGAIN = Text(
    "申请表重新填写:原填内容已随系统故障丢失,不是申请人的过错",
    "The whole form once more: what was filled in went with a disk of ours",
)


def _points(points: Sequence[facts.Point]) -> Text:
    elements, materials = catalog.elements(), catalog.materials()
    zh, en = [], []
    for p in points:
        known = elements.get(p.code) if p.what == "field" else materials.get(p.code)
        name = known.name if known else Text(p.code)
        zh.append(f"{name.zh}:{facts.PROBLEMS[p.problem]}")
        en.append(f"{name.en or name.zh}: {reasons.PROBLEMS_EN[p.problem]}")
    return Text(";".join(zh), "; ".join(en))


def _result(version: ItemVersion, code: str) -> Text:
    return next((r.name for r in version.results if code in (r.credential, r.name.zh)), Text(code))
