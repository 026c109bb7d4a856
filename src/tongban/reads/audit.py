"""The audit trail (审计记录): who did what, where, on which case, about whom, why; newest first, only within the auditor's places.
To read it is itself an act and is written into it. A page never looks through more than ``SCAN`` lines: what lies further back
is reached by going on."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import connection

from tongban.domain.actor import CITY, Actor
from tongban.domain.refusals import Refused
from tongban.domain.text import Text
from tongban.flows import oversight
from tongban.plumbing.audit import service as audit
from tongban.plumbing.clock import CITY_ZONE
from tongban.reads import acts, case_story, paging, who
from tongban.reads.staff import power
from tongban.registers.catalog import queries as catalog
from tongban.registers.staff import queries as staff

PAGE, SCAN = 50, 100_000
# Seals are recomputed on a page only while that takes seconds; `tongban verify` does it for any size.
CHECKED_HERE = 200_000
_COLUMNS = 'id, at, act, actor, place, "case", person, reason, detail'
ENDED_BY = {
    "principal": Text("委托人", "who gave the mandate"),
    "agent": Text("代办人", "who acts under it"),
    "document": Text("凭文书", "by a document"),
}
_PERSON = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Filter(msgspec.Struct, frozen=True):
    """What is looked for; empty fields do not narrow. ``of`` is a name, login or reference; ``acts`` an act or the
    beginning of acts (``look.``); days are the city's, both included."""

    of: str = ""
    person: str = ""
    case: str = ""
    acts: str = ""
    place: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


class Line(msgspec.Struct, frozen=True):
    """One line in words. ``look`` marks a look at personal data or at the trail."""

    id: int
    at: dt.datetime
    act: Text
    look: bool
    actor: str
    actor_name: Text
    place: Text
    case: str
    person: str
    reason: Text
    detail: tuple[tuple[Text, Text], ...]


class Trail(msgspec.Struct, frozen=True):
    """A page of lines. ``next`` goes on further back (empty: nothing there); ``partial`` says that the page ended because
    enough lines were looked through, not because none matched."""

    lines: tuple[Line, ...]
    next: str
    partial: bool


class Seals(msgspec.Struct, frozen=True):
    """How far the trail is sealed. ``broken`` is None when it was not checked here."""

    seals: int
    sealed: int
    newest: dt.datetime | None
    unsealed: int
    broken: tuple[str, ...] | None


def trail(actor: Actor, asked: Filter, *, cursor: str = "", at: dt.datetime) -> Trail:
    """The lines that match within the actor's places; the look is written down first."""
    _check(asked)
    oversight.trail(actor, place=asked.place, case=asked.case, person=asked.person, of=asked.of, acts=asked.acts, at=at)
    before = paging.unpack(cursor, tuple[int])[0] if cursor else 2**62
    near, narrow, values = _query(actor, asked, before)
    with connection.cursor() as cur:
        # The inner limit bounds the work, the outer one ends it early: usually after the first page's lines.
        cur.execute(f"select {_COLUMNS} from ({near}) near where {narrow} order by id desc limit %(page)s", values)
        found = cur.fetchall()
        if len(found) > PAGE:
            lines = _lines(found[:PAGE])
            return Trail(lines, paging.pack(lines[-1].id), False)
        cur.execute(f"select coalesce(min(id), 0), count(*) from ({near}) near", values)
        reached, seen = cur.fetchone()
    partial = seen >= SCAN
    return Trail(_lines(found), paging.pack(reached) if partial else "", partial)


def seals(actor: Actor, *, check: bool = False) -> Seals:
    """How far the trail is sealed, and with ``check`` whether the seals hold (for auditors of the whole city)."""
    actor.must("audit.read")
    with connection.cursor() as cur:
        cur.execute(
            "select count(*), coalesce(sum(count), 0)::bigint, max(at), coalesce(max(to_xid), 0) from audit_seal"
        )
        number, sealed, newest, end = cur.fetchone()
        cur.execute("select count(*) from (select 1 from audit_line where xid >= %s limit 100000) open", [end])
        unsealed = cur.fetchone()[0]
    broken = None
    if check and actor.may("audit.read", CITY) and sealed <= CHECKED_HERE:
        broken = tuple(audit.broken_seals())
    return Seals(number, sealed, newest, unsealed, broken)


def places(actor: Actor) -> tuple[tuple[str, Text], ...]:
    """The places by which the actor may narrow the trail: the districts and single centers of their grants."""
    actor.must("audit.read")
    known = catalog.places()
    districts = [
        (d.code, d.name) for d in known.divisions.values() if d.level == "district" and actor.may("audit.read", d.code)
    ]
    own = [(p, who.place(p)) for p in actor.places("audit.read") if len(p) == 9]
    return tuple(dict.fromkeys((*sorted(districts), *sorted(own))))


def _check(asked: Filter) -> None:
    if asked.person and not _PERSON.fullmatch(asked.person):
        raise Refused(
            "audit.person",
            "人员编号应为36位,从记录中点选最方便;不要填写身份证号或姓名",
            "A person's reference has 36 characters: choose it from a line; never a citizen number or a name",
            pointer="/person",
        )
    if asked.since and asked.until and asked.until < asked.since:
        raise Refused("audit.days", "结束日期早于开始日期", "The last day is before the first", pointer="/until")


def _query(actor: Actor, asked: Filter, before: int) -> tuple[str, str, dict[str, Any]]:
    """The lines that an index finds, newest first and at most SCAN of them; and what narrows them further."""
    inner, outer = ["id < %(before)s"], ["true"]
    values: dict[str, Any] = {"before": before, "scan": SCAN, "page": PAGE + 1}
    if asked.person:
        inner.append("person = %(person)s")
        values["person"] = asked.person
    if asked.case:
        inner.append('"case" = %(case)s')
        values["case"] = asked.case
    if asked.of:
        inner.append("actor = any(%(of)s)")
        values["of"] = staff.refs_called(asked.of) or [asked.of]
    if asked.since:
        inner.append("at >= %(since)s")
        values["since"] = dt.datetime.combine(asked.since, dt.time(), CITY_ZONE)
    if asked.until:
        inner.append("at < %(until)s")
        values["until"] = dt.datetime.combine(asked.until + dt.timedelta(days=1), dt.time(), CITY_ZONE)
    if asked.acts:
        outer.append("starts_with(act, %(acts)s)" if asked.acts.endswith(".") else "act = %(acts)s")
        values["acts"] = asked.acts
    within = [asked.place] if asked.place else list(actor.places("audit.read"))
    if CITY not in within:
        # A grant of a center covers what lies below its code, as in domain.actor.Grant.
        outer.append("exists (select 1 from unnest(%(within)s::text[]) w where starts_with(place, w))")
        values["within"] = within
    near = f"select * from audit_line where {' and '.join(inner)} order by id desc limit %(scan)s"
    return near, " and ".join(outer), values


def _lines(rows: list[tuple[Any, ...]]) -> tuple[Line, ...]:
    names = staff.names_of(
        {r[3] for r in rows} | {f"staff:{d['staff']}" for r in rows if "staff" in (d := _detail(r[8]))}
    )
    return tuple(
        Line(
            id=r[0], at=r[1], act=acts.word(r[2]), look=r[2].startswith("look."), actor=r[3], actor_name=_who(r[3], names),
            place=who.place(r[4]) if r[4] else Text(""), case=r[5], person=r[6], reason=case_story.reason_words(r[7]),
            detail=_in_words(_detail(r[8]), names),
        )
        for r in rows
    )  # fmt: skip


def _who(ref: str, names: dict[str, str]) -> Text:
    kind = ref.partition(":")[0]
    if ref in names:
        return Text(names[ref], names[ref])
    return {"system": who.SYSTEM_NAME, "resident": Text("居民本人", "The resident")}.get(
        kind, Text("已不在册", "No longer here")
    )


def _detail(stored: str) -> dict[str, Any]:
    return msgspec.json.decode(stored) if stored else {}


def _in_words(detail: dict[str, Any], names: dict[str, str]) -> tuple[tuple[Text, Text], ...]:
    """What an act says of itself, as far as it has words; numbers that only link registers are left out."""
    said: list[tuple[Text, Text]] = []
    items = catalog.items() if "item" in detail else {}
    if "item" in detail:
        item = items.get(detail["item"])
        said.append((Text("事项", "Item"), item.name if item else Text(str(detail["item"]))))
    if "staff" in detail:
        said.append((Text("人员", "Member"), Text(names.get(f"staff:{detail['staff']}", "—"))))
    if "power" in detail:
        said.append((Text("权限", "Power"), power(detail["power"])))
    if isinstance(detail.get("powers"), list):
        given = [(power(p), who.place(w)) for p, _, w in (str(g).partition("@") for g in detail["powers"])]
        said.append(
            (
                Text("权限", "Powers"),
                _listed(Text(f"{p.zh}({w.zh})", f"{p.en or p.zh} ({w.en or w.zh})") for p, w in given),
            )
        )
    if "ended_by" in detail:
        said.append((Text("谁要求", "Asked by"), ENDED_BY.get(detail["ended_by"], Text("—"))))
    if "acts" in detail:
        group = acts.GROUPS.get(detail["acts"]) or acts.word(detail["acts"])
        said.append((Text("查看范围", "Looked for"), group))
    if "of" in detail:
        said.append((Text("查看谁的", "Acts of"), Text(str(detail["of"]))))
    if "open" in detail:
        said.append(
            (Text("状态", "State"), Text("恢复办理", "opened again") if detail["open"] else Text("停止受理", "closed"))
        )
    if "new_versions" in detail:
        said.append((Text("新版本", "New versions"), Text(str(detail["new_versions"]))))
    if isinstance(detail.get("kinds"), list):
        kinds = catalog.credential_kinds()
        said.append((Text("数据", "Data"), _listed(kinds[k].name if k in kinds else Text(k) for k in detail["kinds"])))
    return tuple(said)


def _listed(several: Iterable[Text]) -> Text:
    texts = list(several)
    return Text("、".join(t.zh for t in texts), ", ".join(t.en or t.zh for t in texts))
