"""Receiving (收件): a case comes into being at any counter. Everything is written in one transaction: facts, row, answers and
papers beside them, the public number; the receipt is printed from what this returns."""

import datetime as dt
import os
from collections.abc import Callable, Mapping

import msgspec

from tongban.domain import channel as doors
from tongban.domain import codes, receiving
from tongban.domain import draft as drafts
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.channel import Channel
from tongban.domain.deadlines import Due
from tongban.domain.draft import Draft
from tongban.domain.item import ItemVersion
from tongban.domain.material import CredentialLike
from tongban.domain.person import Identity
from tongban.domain.receiving import Assessment, City, Intake, Known
from tongban.domain.refusals import Conflict, Refused
from tongban.flows import access, draft_moves, serve, write
from tongban.flows.serve import How, Shown
from tongban.plumbing.clock import city_date
from tongban.plumbing.ids import new_id
from tongban.plumbing.tx import current, flow, step
from tongban.registers.cases import checks
from tongban.registers.cases import queries as case_queries
from tongban.registers.cases import service as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import queries as credentials
from tongban.registers.people import queries as people


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One item brought to a counter: for whom (the visit's applicant), which item and version, and what was brought."""

    visit: str
    item: str
    intake: Intake
    version: int = 0
    draft: str = ""


class Present(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is here: the applicant, or an agent for them with the mandate that is shown; ``how`` the one here was identified."""

    applicant: Identity
    how: How = "typed"
    agent: Identity | None = None
    mandate: Shown | None = None


class Served(msgspec.Struct, frozen=True):
    """Who is served where: references of the applicant and of the agent (empty: the applicant is here)."""

    center: str
    applicant: str
    agent: str


class Receipt(msgspec.Struct, frozen=True):
    """What the resident takes home. ``due_on`` is the next date that binds the city; ``provisional`` says it may move."""

    number: str
    query_code: str
    stage: str
    item: str
    version: int
    receiving: str
    handling: str
    opened_at: dt.datetime
    due_kind: str
    due_on: dt.date | None
    provisional: bool


def version_open(code: str, number: int, on: dt.date) -> ItemVersion:
    """The version to receive under: the one asked for if it is still in force, else a Conflict that keeps what was typed."""
    version = catalog.current(code, on)
    if not version.receivable:
        raise Refused(
            "item.guide_only",
            "此事项目前只提供办事指南,不能在窗口收件",
            "Only a guide: it cannot be received here",
            pointer="/item",
        )
    if not catalog.is_open(code):
        raise Conflict(
            "item.closed",
            "此事项已停止受理,已填写的内容保存在草稿中。请查看办事指南或咨询主管部门",
            "This item is closed; what was typed is kept as a draft. See the guide or ask the department",
            pointer="/item",
        )
    if number and number != version.version:
        raise Conflict(
            "item.newer_version",
            f"事项已更新为第{version.version}版,请核对后重新提交,已填写的内容都保留着",
            f"The item is now at version {version.version}; check and submit again, everything typed is kept",
            pointer="/version",
            version=version.version,
        )
    return version


def known_of(person: str, on: dt.date) -> Known:
    """What the city knows of a person without asking: the register's values, e-licences fetched before, and checks that
    said yes and are still fresh."""
    return _known_later(person, on)()


def _known_later(person: str, on: dt.date) -> Callable[[], Known]:
    ask_licences, ask_values = credentials.for_person_later(person), people.known_later(person)

    def read() -> Known:
        held, said = ask_licences(), ask_values()
        fresh = (c for c in held if c.kind.startswith("check:") and (c.valid_until is None or c.valid_until >= on))
        return _known(said, tuple(held), frozenset(c.kind.removeprefix("check:") for c in fresh))

    return read


def _known(
    said: Mapping[str, people.Known], held: tuple[CredentialLike, ...] = (), checks: frozenset[str] = frozenset()
) -> Known:
    vouched = frozenset(code for code, known in said.items() if known.grade in ("A", "B"))
    return Known({code: known.value for code, known in said.items()}, held, checks, vouched)


def city() -> City:
    """The parts of the catalog in force that receiving reads (cached in the process)."""
    return City(catalog.elements(), catalog.materials(), catalog.places())


def assess(version: ItemVersion, person: str, intake: Intake, center: str, on: dt.date) -> Assessment:
    """The checklist for this person, before anything is written. The caller has shown a visit (access.visit)."""
    return receiving.assess(version, city(), known_of(person, on), intake, center, on)


@flow("case.receive")
def receive(actor: Actor, order: Order, *, channel: Channel = "window", at: dt.datetime, key: str) -> Receipt:
    """收件 at a window (or a kiosk beside it): one case. The same key is the same case, however often it is sent."""
    visit = access.visit(actor, order.visit)
    actor.must("case.receive", visit.center)
    served = Served(visit.center, visit.applicant, visit.agent)
    case, due, code = _received(served, order.item, order.version, order.intake, channel)
    if order.draft:
        stood = cases.drafts.use(drafts.parse_id(order.draft), case.number, served.applicant)
        draft_moves.used("item", order.item, order.draft, served.applicant, served.center, case.number, stood)
    return receipt(case, due, code, at)


@flow("case.receive")
def receive_at_once(
    actor: Actor, present: Present, item: str, intake: Intake, *, version: int = 0, center: str = "",
    channel: Channel = "window", at: dt.datetime, key: str,
) -> Receipt:  # fmt: skip
    """收件 by a system that has everything together: who is here, their mandate, and the case, in one act. Nothing is asked
    of departments, so no consent is needed; what they gave before counts. The visit is over with the act."""
    here = center or actor.center
    met, said = serve.begin(actor, present.applicant, how=present.how, agent=present.agent, center=here, over=True)
    if present.mandate is not None:
        serve.enter_mandate(actor, met.applicant, met.agent, present.mandate)
    case, due, code = _received(Served(here, met.applicant, met.agent), item, version, intake, channel, said)
    current().about(visit=met.visit, how=present.how)
    return receipt(case, due, code, at)


def _received(
    served: Served,
    item: str,
    number: int,
    intake: Intake,
    channel: Channel,
    said: dict[str, people.Known] | None = None,
) -> tuple[Case, Due, str]:
    on = city_date(current().at)
    # Asked before the item is looked at, so that all questions of an acceptance travel together. From here on the counter's
    # row of this center stays locked: a millisecond more than if it were asked for last, for one round trip less.
    known = _known_later(served.applicant, on) if said is None else lambda: _known(said)
    sequence = cases.next_sequence_later(served.center, on)
    version = version_open(item, number, on)
    doors.must_be_open(version, channel)
    doors.must_be_seen(intake.papers, channel)
    mandate = access.must_be_mandated(served.agent, served.applicant, item, on)
    assessment = receiving.assess(version, city(), known(), intake, served.center, on)
    receiving.must_be_ready(assessment)
    return _open(
        assessment, intake, center=served.center, applicant=served.applicant, agent=served.agent, mandate=mandate,
        channel=channel, on=on, number=codes.make_case_number(served.center, on, sequence()),
    )  # fmt: skip


def _open(
    assessment: Assessment,
    intake: Intake,
    *,
    center: str,
    applicant: str,
    agent: str,
    mandate: str,
    channel: str,
    on: dt.date,
    number: str,
) -> tuple[Case, Due, str]:
    version = assessment.version
    code = codes.make_query_code(os.urandom(16))
    current().about(
        case=number, person=applicant, place=center, item=version.code, version=version.version,
        code=checks.code_mark(number, code),
    )  # fmt: skip
    case, due = enter(
        assessment, intake, center=center, applicant=applicant, agent=agent, mandate=mandate, channel=channel, on=on,
        number=number, query_code=code,
    )  # fmt: skip
    return case, due, code


@step
def enter(
    assessment: Assessment,
    intake: Intake,
    *,
    center: str,
    applicant: str,
    agent: str,
    mandate: str,
    channel: str,
    on: dt.date,
    number: str,
    query_code: str,
    about: str = "",
    promise: int | None = None,
) -> tuple[Case, Due]:
    """Write a ready case under its number. Within a life event, ``about`` says whose matter it is and ``promise`` is the shorter
    one that holds there."""
    answers = cases.beside("answers", msgspec.json.encode(assessment.form.values))
    new = receiving.opening(
        assessment, intake, receiving=center, applicant=applicant, agent=agent, mandate=mandate, channel=channel,
        answers=answers.digest, on=on, about=about, promise=promise,
    )  # fmt: skip
    papers = receiving.marks(assessment, intake)
    department = assessment.version.item.department
    return write.opened(number, new, query_code=query_code, department=department, papers=papers, kept=[answers])


def receipt(case: Case, due: Due, query_code: str, at: dt.datetime) -> Receipt:
    """The receipt of a case just received."""
    return Receipt(
        case.number, query_code, case.stage, case.item, case.version, case.receiving, case.handling, at, due.kind, due.on,
        due.provisional,
    )  # fmt: skip


@flow("draft.save")
def save_draft(
    actor: Actor,
    visit_id: str,
    item: str,
    intake: Intake,
    *,
    draft: str = "",
    rev: int = 0,
    at: dt.datetime,
    key: str = "",
) -> Draft:
    """Keep what was typed so far, right or wrong. A later writer than another device is told (Conflict), nothing is lost."""
    visit = access.visit(actor, visit_id)
    actor.must("case.receive", visit.center)
    version = catalog.current(item, city_date(at))
    draft_id = drafts.parse_id(draft) if draft else new_id()
    before = case_queries.draft(draft_id) if draft else None
    # A page may name its draft before the first save, so that a save sent twice is one draft.
    if (rev and before is None) or (before is not None and before.applicant != visit.applicant):
        raise drafts.missing()
    draft_moves.must_lie_here(before)
    current().about(person=visit.applicant, place=visit.center, item=item)
    saved = cases.save_draft(
        draft_id, applicant=visit.applicant, agent=visit.agent, item=item, version=version.version, center=visit.center,
        by=actor.ref, rev=rev, body=msgspec.json.encode(intake), at=at,
    )  # fmt: skip
    if not saved:
        draft_moves.not_saved("item", draft_id, visit.applicant)
    draft_moves.saved("item", item, draft_id, visit.applicant, visit.center, before)
    return Draft(str(draft_id), rev + 1)
