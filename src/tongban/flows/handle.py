"""Handling (办理): what the holder of a case does with it. Each act locks the row, asks the rulebook for the fact, and appends
it. Notes for the resident are personal: they lie beside the log, sealed, named by digest."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from tongban.domain import acts, channel, facts, form, handed_in, item, receiving, who
from tongban.domain import case as rule
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.deadlines import Due, due
from tongban.domain.facts import Point
from tongban.domain.handed_in import PaperIn
from tongban.domain.item import ItemVersion
from tongban.domain.refusals import NotAllowed, Refused
from tongban.flows import access, issue, receive, write
from tongban.plumbing import here
from tongban.plumbing.clock import city_date
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as case_queries
from tongban.registers.cases import service as cases
from tongban.registers.cases.queries import Found
from tongban.registers.cases.service import Beside
from tongban.registers.catalog import queries as catalog

FORM_LOST = "correction.form_lost"
"""What the holder answers to a correction where the form itself went with a disk: then all of it is asked for once more."""


class Standing(msgspec.Struct, frozen=True):
    """Where a case stands after an act. ``asked``: the node that holds the case, when the act was asked of it by letter and
    is done as soon as it has come there."""

    number: str
    stage: str
    holder: str
    n: int
    due_kind: str
    due_on: dt.date | None
    provisional: bool
    asked: str = ""


def standing(case: Case) -> Standing:
    """The answer of every act on a case."""
    next_due: Due = due(case, catalog.calendar())
    return Standing(case.number, case.stage, case.holder, case.n, next_due.kind, next_due.on, next_due.provisional)


def version_of(found: Found) -> ItemVersion:
    """The item version under which the case was received: it never changes."""
    return catalog.version(found.case.item, found.case.version)


def form_lost(found: Found) -> bool:
    """Whether the form of a case that is held here went with a disk. A copy never had it; a form of nothing but who somebody is loses nothing."""
    if not here.hosts(found.case.holder):
        return False
    there = bool(case_queries.lies_beside(found.case.number, [found.case.answers]))
    return handed_in.form_lost(version_of(found), catalog.elements(), found.case.about, there=there)


def _readable(actor: Actor, number: str, *, expect: int, power: str = "case.handle") -> Found:
    """The locked case for an act that judges what was filled in."""
    found = access.held_case(actor, number, power=power, expect=expect)
    acts.must_be_readable(found.case, lost=form_lost(found))
    return found


def _note(text: str) -> list[Beside]:
    said = acts.note(text)
    return [cases.beside("note", said.encode())] if said else []


@flow("case.take_over")
def take_over(actor: Actor, number: str, *, expect: int = 0, at: dt.datetime, key: str = "") -> Standing:
    """接办: from now on somebody has looked."""
    found = access.held_case(actor, number, expect=expect)
    return standing(write.appended(found, acts.take_over(found.case, city_date(at))))


@flow("case.accept")
def accept(actor: Actor, number: str, *, expect: int = 0, at: dt.datetime, key: str = "") -> Standing:
    """受理: the legal clock starts with the limits of the item version."""
    found = _readable(actor, number, expect=expect)
    limits = version_of(found).limits
    fact = acts.accept(found.case, legal_days=limits.legal_days, promised_days=limits.promised_days, on=city_date(at))
    return standing(write.appended(found, fact))


@flow("case.not_accept")
def not_accept(
    actor: Actor, number: str, reason: str, note: str = "", *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """不予受理: a reason code, and a note that is printed on the notice."""
    found, kept = _readable(actor, number, expect=expect), _note(note)
    fact = acts.not_accept(found.case, reason, city_date(at), kept[0].digest if kept else "")
    return standing(write.appended(found, fact, kept=kept))


@flow("case.ask_correction")
def ask_correction(
    actor: Actor,
    number: str,
    points: Sequence[Point],
    note: str = "",
    *,
    second: str = "",
    expect: int = 0,
    at: dt.datetime,
    key: str = "",
) -> Standing:
    """补正告知, once. ``second`` is a supervisor's reason for another round and needs the power case.supervise. Of a form that
    went with a disk all is asked for, without any of that."""
    found, kept, on = access.held_case(actor, number, expect=expect), _note(note), city_date(at)
    version, lost = version_of(found), form_lost(found)
    handed_in.must_be_of_item(version, points)
    supervisor = ""
    if second.strip():
        actor.must("case.supervise", found.case.holder)
        supervisor = actor.ref
        current().about(reason=second.strip())
    until = catalog.calendar().add_working_days(on, version.limits.correction_days).date
    fact = acts.ask_correction(
        found.case, tuple(points), until, on, note=kept[0].digest if kept else "", supervisor=supervisor, lost=lost
    )
    return standing(write.appended(found, fact, kept=kept))


@flow("case.receive_correction")
def receive_correction(
    actor: Actor,
    number: str,
    answers: dict[str, object],
    papers: Sequence[PaperIn],
    *,
    visit: str = "",
    expect: int = 0,
    at: dt.datetime,
    key: str = "",
) -> Standing:
    """补正受理 at any counter: a clerk with the person's visit, the holder, or the resident. The pen stays where it is."""
    on = city_date(at)
    found = _for_resident(actor, number, visit, expect)
    version = version_of(found)
    handed_in.must_be_asked(version, papers)
    channel.must_be_seen(papers, "resident" if actor.kind == "resident" else "window")
    before = case_queries.beside(number, found.case.answers)
    old: dict[str, object] = msgspec.json.decode(before or write.held_elsewhere(found))
    base = old if before else of_register(found, on)
    # A page of the whole form sends also what stays empty.
    rest = set(handed_in.matter(version, catalog.elements(), found.case.about)) - {p.code for p in found.case.asked}
    whole = not rest or bool(answers.keys() & rest)
    if not before:
        answers = {code: value for code, value in answers.items() if value not in ("", None)}
    answers = _corrected(found, base, answers, on)
    merged = base | answers
    filled = form.read(version, item.needed_fields(version, merged, on), catalog.elements(), merged, on)
    if not before and (filled.problems or not whole):
        # Also where what was asked for and the register would do: what else had been typed must not go unsaid.
        raise Refused(
            FORM_LOST,
            "原来填写的内容已随系统故障丢失，请把申请表重新填写一遍",
            "What was filled in before went with a disk: please fill in the form once more",
            problems=filled.problems,
        )
    if filled.problems:
        raise Refused("correction.not_ready", "补正内容有误,请逐项修改", "Mend each of these", problems=filled.problems)
    kept = cases.beside("answers", msgspec.json.encode(filled.values))
    marks = tuple(handed_in.mark(p) for p in papers)
    changed = frozenset({k for k in answers if filled.values.get(k) != old.get(k)} | {m.material for m in marks})
    at_center = actor.center if actor.kind in ("staff", "machine") and len(actor.center) == 9 else ""
    fact = acts.receive_correction(found.case, kept.digest, marks, changed, on, at_center)
    return standing(write.appended(found, fact, papers=marks, kept=[kept]))


def of_register(found: Found, on: dt.date) -> dict[str, object]:
    """What need not be typed again where the form of a case went with a disk."""
    if found.case.about:
        return {}
    return receiving.prefilled(version_of(found), catalog.elements(), receive.known_of(found.case.applicant, on))


def _corrected(found: Found, old: dict[str, object], answers: dict[str, object], on: dt.date) -> dict[str, object]:
    """The answers, without those that would make somebody else of the applicant. A part of a life event that is about another person is
    judged by nothing that is known of the applicant."""
    if found.case.about:
        return answers
    elements = catalog.elements()
    if not any(code in elements and who.is_who(elements[code]) for code in answers):
        return answers
    asked = [point.code for point in found.case.asked if point.what == "field"]
    return who.corrected(old, answers, asked, elements, receive.known_of(found.case.applicant, on), on)


def _for_resident(actor: Actor, number: str, visit: str, expect: int) -> Found:
    """The locked case for an act that belongs to the resident: themselves, a clerk who serves them, or the holder."""
    if visit:
        served = access.visit(actor, visit)
        actor.must("case.receive", served.center)
        found = case_queries.get(number, lock=True)
        if found is None or served.applicant not in (found.case.applicant, found.case.agent):
            # Not this person's: only who could act on it without a visit goes on, and everybody else is told as much.
            return access.held_case(actor, number, expect=expect)
        # Who acts for another does so by a mandate that holds today: the one of the day of receipt may have ended.
        agent = served.agent if served.applicant == found.case.applicant else served.applicant
        access.must_be_mandated(agent, found.case.applicant, found.case.item, city_date(current().at))
    elif actor.serves:
        # Asked by another node, which vouches for whom its counter serves (flows/asking.py).
        found = access.case_of_served(actor, number)
    elif actor.kind == "resident":
        found = access.case(actor, number, lock=True)
    else:
        return access.held_case(actor, number, expect=expect)
    acts.must_be_at(found.case, expect)
    current().about(case=number, person=found.case.applicant)
    return found


@flow("case.add_papers")
def add_papers(
    actor: Actor,
    number: str,
    papers: Sequence[PaperIn],
    *,
    visit: str = "",
    expect: int = 0,
    at: dt.datetime,
    key: str = "",
) -> Standing:
    """容缺补交: papers that were promised to follow, brought to any counter."""
    found = _for_resident(actor, number, visit, expect)
    handed_in.must_be_asked(version_of(found), papers)
    channel.must_be_seen(papers, "resident" if actor.kind == "resident" else "window")
    marks = tuple(handed_in.mark(p) for p in papers)
    return standing(write.appended(found, acts.add_papers(found.case, marks, city_date(at)), papers=marks))


@flow("case.start_special")
def start_special(
    actor: Actor, number: str, procedure: str, basis: str, planned_days: int, *, expect: int = 0, at: dt.datetime,
    key: str = "",
) -> Standing:  # fmt: skip
    """特别程序: the clock stands still from today."""
    found = access.held_case(actor, number, expect=expect)
    allowed = tuple(version_of(found).special)
    fact = acts.start_special(found.case, procedure, basis, planned_days, allowed, city_date(at))
    return standing(write.appended(found, fact))


@flow("case.end_special")
def end_special(
    actor: Actor, number: str, outcome: str = "", *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """特别程序结束: the clock runs on."""
    found = access.held_case(actor, number, expect=expect)
    return standing(write.appended(found, acts.end_special(found.case, outcome, city_date(at))))


@flow("case.review")
def review(
    actor: Actor, number: str, outcome: str, note: str = "", *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """审核. What is settled at home is handed over in the same act, because the reviewer's part is done."""
    found, kept, on = _readable(actor, number, expect=expect), _note(note), city_date(at)
    fact = acts.review(found.case, outcome, on, kept[0].digest if kept else "")
    return standing(write.appended(found, fact, *acts.after_review(found.case, outcome, on), kept=kept))


@flow("case.decide")
def decide(
    actor: Actor, number: str, granted: bool, note: str = "", *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """办结: the decision. Who decides has looked: nobody need have pressed 接办 first."""
    found = _readable(actor, number, expect=expect)
    return standing(_decided(found, granted, note, city_date(at)))


def _decided(found: Found, granted: bool, note: str, on: dt.date) -> Case:
    kept = _note(note)
    results = tuple(r.code for r in version_of(found).results)
    fact = acts.decide(found.case, granted, results, on, kept[0].digest if kept else "")
    return write.appended(found, fact, kept=kept)


@flow("case.finish")
def finish(actor: Actor, number: str, *, expect: int = 0, at: dt.datetime, key: str = "") -> Standing:
    """当场办结: an on-the-spot item is decided, issued and handed to the person in one act at the counter."""
    found, on = _readable(actor, number, power="case.receive", expect=expect), city_date(at)
    version = version_of(found)
    acts.must_finish(found.case, version.handling)
    results = tuple(r.code for r in version.results)
    decided = acts.decide(found.case, True, results, on)
    issued = issue.results(rule.apply(found.case, decided), results, on)
    delivered = facts.Delivered(on=on, way="counter", to="agent" if found.case.agent else "applicant")
    return standing(write.appended(found, decided, *issued, delivered))


@flow("case.hand_over")
def hand_over(
    actor: Actor, number: str, to: str, reason: str, *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """改派: the home center was misjudged, or a supervisor gives the case to another center."""
    found = access.held_case(actor, number, expect=expect)
    if catalog.places().center_of(to) is None:
        raise Refused("place.unknown_center", "没有这个中心", "There is no such center", pointer="/to")
    if reason == "reassigned":
        actor.must("case.supervise", found.case.holder)
    return standing(write.appended(found, acts.hand_over(found.case, to, reason, city_date(at))))


@flow("case.hand_back")
def hand_back(actor: Actor, number: str, reason: str, *, expect: int = 0, at: dt.datetime, key: str = "") -> Standing:
    """退回移交: to the center it came from, with a reason."""
    found = access.held_case(actor, number, expect=expect)
    return standing(write.appended(found, acts.hand_back(found.case, reason, city_date(at))))


@flow("case.withdraw")
def withdraw(
    actor: Actor, number: str, reason: str = "", *, visit: str = "", expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """撤回, by the resident at any counter or online, before the decision."""
    found = _for_resident(actor, number, visit, expect)
    return standing(write.appended(found, acts.withdraw(found.case, reason, city_date(at))))


@flow("case.rate")
def rate(
    actor: Actor, number: str, grade: str, note: str = "", *, visit: str = "", at: dt.datetime, key: str = ""
) -> Standing:
    """好差评, by the resident and by nobody else: staff do not rate themselves."""
    found = _for_resident(actor, number, visit, 0)
    if actor.kind != "resident" and not actor.serves:
        raise NotAllowed("rating.resident_only", "评价只能由办事人自己作出", "Only the person served rates")
    kept = _note(note)
    fact = acts.rate(found.case, grade, city_date(at), kept[0].digest if kept else "")
    return standing(write.appended(found, fact, kept=kept))


@flow("case.revoke")
def revoke(
    actor: Actor, number: str, law: str, note: str = "", *, expect: int = 0, at: dt.datetime, key: str = ""
) -> Standing:
    """撤销 by a supervisor, with the law."""
    found, kept = access.held_case(actor, number, power="case.supervise", expect=expect), _note(note)
    fact = acts.revoke(found.case, law, actor.ref, city_date(at), kept[0].digest if kept else "")
    issue.revoke(found.case)
    return standing(write.appended(found, fact, kept=kept))
