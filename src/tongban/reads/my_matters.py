"""我的事 as who signed in sees it: every case with one clock and what to do, one page for each, and who looked at my data and why.
Who acts for somebody else sees what the mandate names; a guardian, all."""

import datetime as dt

import msgspec
from django.db import connection

from tongban.domain import case as rule
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.refusals import NotAllowed, NotFound
from tongban.domain.text import Text
from tongban.flows import access
from tongban.plumbing.clock import city_date
from tongban.reads import case_story, e_credential, my_case
from tongban.reads.e_credential import ECredential
from tongban.reads.my_case import MyCase
from tongban.reads.who import place
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.counters.queries import VisitFound
from tongban.registers.people import queries as people

MOST, MOST_LOOKS, MOST_NEWS = 50, 100, 30
# What is written about a person beside the looks at a case: that is somebody dealing with their data, too.
TOUCHED: dict[str, Text] = case_story.LOOKED_AT | {
    "visit.meet": Text("到窗口办事时核对身份", "identity, at a counter"),
    "visit.fetched": Text("从部门获取的证照和信息", "licences and data, from departments"),
    "visit.login_code": Text("在窗口开具登录码", "a code to sign in, at a counter"),
    "visit.consent": Text("征得同意向部门查询", "consent to ask departments"),
    "enquiry.ask": Text("请部门协查", "asked a department"),
    "door.act_for": Text("代您在网上办理", "acting for you online"),
}
# Facts of a case that its person is told of, and what the telling says.
NEWS: frozenset[str] = frozenset({
    "opened", "accepted", "not_accepted", "correction_asked", "special_started", "decided", "result_issued", "delivered",
    "withdrawn", "revoked",
})  # fmt: skip


class Matter(msgspec.Struct, frozen=True):
    """A case as one line of my matters; ``yours``: it waits for me. ``for_other``: handed in by me for somebody else."""

    number: str
    case: MyCase
    for_other: bool

    @property
    def yours(self) -> bool:
        """True when the next step is the person's."""
        return self.case.clock.kind == "yours"


class MyMatter(msgspec.Struct, frozen=True):
    """One case with what its person may do now, the credentials that came of it, and who looked at it."""

    case: MyCase
    n: int
    correct: bool
    follow: bool
    withdraw: bool
    rate: bool
    rated: str
    credentials: tuple[ECredential, ...]
    looks: tuple["Look", ...]


class Look(msgspec.Struct, frozen=True):
    """Somebody dealt with my data: when, what, from where, for which reason, about which case (empty: a visit)."""

    at: dt.datetime
    what: Text
    who: Text
    place: Text
    reason: Text
    case: str


class News(msgspec.Struct, frozen=True):
    """Something that happened to one of my cases."""

    at: dt.datetime
    number: str
    name: Text
    word: Text
    yours: bool


def matters(actor: Actor, visit_id: str, *, at: dt.datetime) -> tuple[Matter, ...]:
    """My cases, those that wait for me first, then the newest; ended ones last."""
    visit, on = access.visit(actor, visit_id), city_date(at)
    found = [f for f in cases.of_person(visit.applicant, MOST) if _shown(visit, f.case, on)]
    made = [
        Matter(f.case.number, my_case.of_found(f, at=at, today=on), f.case.applicant != visit.applicant) for f in found
    ]
    return tuple(sorted(made, key=lambda m: (not m.yours, m.case.case.closed)))


def matter(actor: Actor, visit_id: str, number: str, *, at: dt.datetime) -> MyMatter:
    """One case of mine, or of whom I act for; NotFound for every other."""
    visit, on = access.visit(actor, visit_id), city_date(at)
    found = _own(actor, visit, number, on)
    case, moves = found.case, rule.MOVES[found.case.stage]
    log = cases.log(number)
    own = case.applicant in (visit.applicant, visit.agent)
    return MyMatter(
        my_case.of_found(found, at=at, today=on), case.n, case.stage == "correcting",
        bool(case.follow) and "papers_added" in moves, "withdrawn" in moves, "rated" in moves and not case.rated, case.rated,
        e_credential.of_case(case, log, on) if own or _whole(visit) else (), _looks_at(number),
    )  # fmt: skip


def credential(actor: Actor, visit_id: str, number: str, n: int, *, at: dt.datetime) -> ECredential:
    """One credential of a case of mine, to be shown."""
    found = next((c for c in matter(actor, visit_id, number, at=at).credentials if c.n == n), None)
    if found is None:
        raise NotFound("credential.not_found", "没有找到这份电子证照", "No such credential")
    return e_credential.signed(found)


def looks(actor: Actor, visit_id: str) -> tuple[Look, ...]:
    """Who dealt with the data of the person this visit is for, and why; for themselves and for their guardian."""
    visit = access.visit(actor, visit_id)
    if not _whole(visit):
        raise NotAllowed(
            "look.own_only",
            "谁看过个人信息,只有本人或监护人可以查看",
            "Who looked is told to the person or their guardian only",
        )
    return _lines("person = %s and actor <> %s", [visit.applicant, actor.ref])


def news(actor: Actor, visit_id: str, *, at: dt.datetime) -> tuple[News, ...]:
    """What happened to my cases, newest first."""
    made: list[tuple[tuple[dt.datetime, int], News]] = []
    for one in matters(actor, visit_id, at=at):
        case = one.case.case
        last = case.steps[-1].n if case.steps else 0
        made += [
            ((s.at, s.n), News(s.at, one.number, case.item_name, s.word, one.yours and s.n == last))
            for s in case.steps
            if s.kind in NEWS
        ]
    made.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(one for _, one in made[:MOST_NEWS])


def _own(actor: Actor, visit: VisitFound, number: str, on: dt.date) -> Found:
    found = access.case_of_visit(actor, str(visit.id), number)
    if not _shown(visit, found.case, on):
        raise NotFound("case.not_found", "没有找到这个办件", "No such case", pointer="/number")
    return found


def _shown(visit: VisitFound, case: Case, on: dt.date) -> bool:
    """For oneself: what one applied for, and what one handed in for others. For somebody else: what one handed in for them, and
    what the mandate names; what else they have with the city is not the agent's business."""
    if not visit.agent or case.agent == visit.agent:
        return visit.applicant in (case.applicant, case.agent)
    return (
        case.applicant == visit.applicant and access.mandate_of(visit.agent, visit.applicant, case.item, on) is not None
    )


def _whole(visit: VisitFound) -> bool:
    """True for oneself and for a guardian: everything of the person may be seen."""
    held = people.mandate(visit.mandate) if visit.mandate else None
    return not visit.agent or (held is not None and held.kind == "guardian")


def _looks_at(number: str) -> tuple[Look, ...]:
    return _lines('"case" = %s', [number])


def _lines(where: str, values: list[object]) -> tuple[Look, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'select at, act, actor, place, reason, "case" from audit_line where {where} and act = any(%s) '
            "order by id desc limit %s",
            [*values, list(TOUCHED), MOST_LOOKS],
        )
        rows = cursor.fetchall()
    return tuple(_look(*row) for row in rows)


def _look(at: dt.datetime, act: str, actor: str, where: str, reason: str, case: str) -> Look:
    # A center answers for its people: the resident is told which, and the trail knows who.
    kind = actor.partition(":")[0]
    who = (
        Text("代办人", "who acts for you")
        if kind == "resident"
        else case_story.WHO.get(kind, Text("工作人员", "staff"))
    )
    visit = case.startswith("visit:")
    return Look(
        at,
        TOUCHED[act],
        who,
        place(where) if where else Text(""),
        case_story.reason_words(reason),
        "" if visit else case,
    )
