"""An item for one person at one counter, before anything is written: may they, what is known, what is asked, which papers, where
it goes, by when. It asks the same rule as the submit button, so the page and the answer to F9 cannot differ."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tongban.domain import case as rule
from tongban.domain import deadlines, fetching, item, receiving
from tongban.domain.actor import Actor
from tongban.domain.case import Case
from tongban.domain.element import Element
from tongban.domain.item import ItemVersion, Unmet
from tongban.domain.receiving import Assessment, Intake, PaperIn
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.flows import access, receive
from tongban.flows.serve import CHECK, Fetched
from tongban.plumbing import sockets
from tongban.reads import values
from tongban.reads.checklist_form import FieldView, Value, earlier_answers, fields, origins
from tongban.reads.checklist_papers import PaperView, papers
from tongban.reads.finder import scope_words
from tongban.registers.catalog import queries as catalog
from tongban.registers.counters.queries import VisitFound
from tongban.registers.credentials import queries as credentials
from tongban.registers.people import queries as people

# The reader reads this kind of credential; having read it is having seen the original.
CARD = "id_card"


class ConditionView(msgspec.Struct, frozen=True):
    """One condition: does it hold, fail, is not known yet, or must a person judge; with its law."""

    text: Text
    law: str
    state: Literal["holds", "fails", "unknown", "judge"]
    ask: tuple[Text, ...] = ()


class Ask(msgspec.Struct, frozen=True):
    """What one department would be asked for, by names a person can agree to."""

    department: Text
    kinds: tuple[Text, ...]


class Going(msgspec.Struct, frozen=True):
    """Where the case goes and what is promised. ``due_word`` says what the date binds; empty text when not known yet."""

    text: Text
    center: Text
    why_not: Problem | None
    due_word: Text
    due: dt.date | None
    provisional: bool


class ItemPage(msgspec.Struct, frozen=True):
    """Everything about one item and one person on one screen."""

    version: ItemVersion
    department: Text
    scope: Text
    handling: Text
    eligible: bool | None
    conditions: tuple[ConditionView, ...]
    fields: tuple[FieldView, ...]
    papers: tuple[PaperView, ...]
    going: Going
    asks: tuple[Ask, ...]
    asked_before: bool
    problems: tuple[Problem, ...]
    mandate_missing: bool
    intake: Intake

    @property
    def ready(self) -> bool:
        """True when F9 would receive it as it stands."""
        return not self.problems and not self.mandate_missing

    @property
    def settled(self) -> tuple[FieldView, ...]:
        """The fields that nobody has to type or confirm."""
        return tuple(f for f in self.fields if f.settled)


class FetchedWords(msgspec.Struct, frozen=True):
    """What asking came to, in names: what came, what does not exist, who did not answer and why (then paper is taken)."""

    came: tuple[Text, ...]
    not_there: tuple[Text, ...]
    unavailable: tuple[tuple[Text, Text], ...]


def fetched_words(fetched: Fetched) -> FetchedWords:
    """The codes of serve.gather as names."""
    return FetchedWords(
        tuple(map(kind_name, fetched.came)),
        tuple(map(kind_name, fetched.not_there)),
        tuple(dict.fromkeys(fetched.unavailable)),
    )


def kind_name(code: str) -> Text:
    """What a kind of data or a check is called."""
    kind = catalog.credential_kinds().get(code)
    return kind.name if kind else _check_name(code.removeprefix(CHECK))


def _check_name(code: str) -> Text:
    check = catalog.checks().get(code)
    return check.name if check else Text(code)


def version_of(code: str, on: dt.date) -> ItemVersion:
    """The version of an item on a day. NotFound ``catalog.no_item``."""
    return catalog.current(code, on)


def elements_of(version: ItemVersion) -> tuple[Element, ...]:
    """The elements of its form."""
    elements = catalog.elements()
    return tuple(elements[f.element] for f in version.fields)


def item_page(actor: Actor, visit_id: str, code: str, intake: Intake | None, *, today: dt.date) -> ItemPage:
    """The page of an item for the person of this visit. ``intake`` is what was typed so far; None: begin with what is known."""
    visit = access.visit(actor, visit_id)
    version = catalog.current(code, today)
    known = people.known(visit.applicant)
    origin = _origin(visit, version, known)
    if intake is None:
        intake = Intake(answers={c: v.value for c, v in origin.items() if c not in known})
    held = credentials.for_person(visit.applicant)
    assessment = receive.assess(version, visit.applicant, intake, visit.center, today)
    if (card := _card_seen(visit, assessment, intake)) is not None:
        intake = card
        assessment = receive.assess(version, visit.applicant, intake, visit.center, today)
    wanted = fetching.requests(
        version, catalog.materials(), catalog.credential_kinds(), sockets.plugged().offers(),
        {c.kind for c in held if c.valid_until is None or c.valid_until >= today},
    )  # fmt: skip
    consents = people.consents_of(visit.applicant, about=f"visit:{visit_id}")
    department = catalog.departments()[version.item.department]
    return ItemPage(
        version=version, department=department.short if department.short.zh else department.name, scope=scope_words(version),
        handling=item.HANDLING_NAMES[version.handling], eligible=assessment.eligibility.value,
        conditions=_conditions(version, assessment), fields=fields(assessment, intake.answers, origin),
        papers=papers(assessment, intake, held), going=_going(assessment, intake, visit.center, today),
        asks=tuple(_ask(r) for r in wanted), asked_before=any(c.purpose == f"item:{code}" and c.withdrawn_at is None for c in consents),
        problems=assessment.problems,
        mandate_missing=bool(visit.agent) and access.mandate_of(visit.agent, visit.applicant, code, today) is None,
        intake=intake,
    )  # fmt: skip


def _origin(visit: VisitFound, version: ItemVersion, known: Mapping[str, Any]) -> dict[str, Value]:
    agent = {}
    if visit.agent:
        who = people.identity(visit.agent)
        agent = {"agent_name": who.name, "agent_id_number": who.number}
    elements = catalog.elements()
    open_ = {f.element for f in version.fields if f.element not in known and f.element not in agent}
    wanted = {code for code in open_ if elements[code].reuse != "never"}
    return origins(version, known, agent, earlier_answers(visit.applicant, wanted))


def _card_seen(visit: VisitFound, assessment: Assessment, intake: Intake) -> Intake | None:
    """The intake with the identity card marked as seen, when it was read at this counter and nothing else shows it."""
    if visit.how != "card" or visit.agent:
        return None
    for state in assessment.papers:
        if state.state in ("missing", "may_follow") and any(w.credential == CARD for w in state.ways):
            if not any(w.paper for w in state.ways) or any(p.material == state.material for p in intake.papers):
                continue
            return msgspec.structs.replace(intake, papers=(*intake.papers, PaperIn(state.material, "original", "B")))
    return None


def _conditions(version: ItemVersion, assessment: Assessment) -> tuple[ConditionView, ...]:
    weighed = assessment.eligibility
    failing = {u.condition.id: u for u in weighed.failing}
    unknown = {u.condition.id: u for u in weighed.unknown}
    judge = {c.id for c in weighed.judge}
    elements = catalog.elements()

    def asked(unmet: Unmet) -> tuple[Text, ...]:
        return tuple(elements[code].name for code in unmet.outcome.ask if code in elements)

    found = []
    for condition in version.conditions:
        law = version.law_of(condition.law)
        cite = law.cite() if law else ""
        if condition.id in failing:
            found.append(ConditionView(condition.text, cite, "fails"))
        elif condition.id in unknown:
            found.append(ConditionView(condition.text, cite, "unknown", asked(unknown[condition.id])))
        else:
            found.append(ConditionView(condition.text, cite, "judge" if condition.id in judge else "holds"))
    return tuple(found)


def _ask(request: fetching.Request) -> Ask:
    kinds = catalog.credential_kinds()
    names = [kinds[k].name for k in request.kinds if k in kinds]
    names += [_check_name(c) for c in request.checks]
    return Ask(values.source_name(request.department), tuple(names))


def _going(assessment: Assessment, intake: Intake, center: str, today: dt.date) -> Going:
    route = assessment.route
    if route is None:
        why = assessment.elsewhere.problems[0] if assessment.elsewhere else None
        return Going(Text(""), Text(""), why, Text(""), None, False)
    there = catalog.places().centers[route.handling].name
    short = Text(there.zh.removesuffix("社区事务受理服务中心"), there.en)
    text = {
        "never": Text("本中心受理、办理", "Accepted and handled here"),
        "received": Text(f"收件后移交{short.zh}受理、办理", f"Handed over to {short.en or short.zh} once received"),
        "reviewed": Text(
            f"本中心审核后移交{short.zh}办理", f"Reviewed here, then handed over to {short.en or short.zh}"
        ),
    }[route.hand_over]
    if assessment.version.handling == "on_the_spot" and route.hand_over == "never":
        return Going(text, short, None, Text("当场办结", "Decided on the spot"), today, False)
    after = as_received(assessment, intake, center, today)
    calendar = catalog.calendar()
    promise = deadlines.promise(after, calendar)
    if promise:
        return Going(text, short, None, Text("承诺办结", "Promised by"), promise.promised, promise.provisional)
    due = deadlines.due(after, calendar)
    word = (
        Text("移交接办最迟", "Taken over by")
        if due.kind == "take_over"
        else Text("告知是否受理最迟", "Told whether accepted by")
    )
    return Going(text, short, None, word, due.on, due.provisional)


def as_received(assessment: Assessment, intake: Intake, center: str, today: dt.date) -> Case:
    """The case as it would stand after F9 now: folded from the facts that receiving would write."""
    case = Case("preview")
    for fact in receiving.opening(
        assessment, intake, receiving=center, applicant="", agent="", mandate="", channel="window", answers="", on=today
    ):
        case = rule.apply(case, fact)
    return case
