"""Receiving (收件), decided in one place: given an item version, what is known, what was typed and what was handed in, say at
once who is eligible, what is still needed, where it goes and, when all is ready, which facts open the case. The counter's
checklist, the API and the submit button all ask this one function, so they can never disagree."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from tongban.domain import facts, form, handed_in, item, jurisdiction, material, who
from tongban.domain.element import Element
from tongban.domain.facts import FollowUp, PaperMark
from tongban.domain.handed_in import PaperIn
from tongban.domain.item import Eligibility, ItemVersion, NeededField, NeededPaper
from tongban.domain.jurisdiction import Homes, PlacesLike, Route
from tongban.domain.material import CredentialLike, Given, HandedPaper, MaterialKind, MaterialState
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text


class Intake(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a resident brings for one item: answers (element code -> raw value), papers, declarations signed, papers that
    are promised to follow, and whether the resident insists although a condition fails (the refusal is then written)."""

    answers: dict[str, Any] = {}
    papers: tuple[PaperIn, ...] = ()
    declarations: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    insist: bool = False


class Known(msgspec.Struct, frozen=True):
    """What the city knows by itself: values of elements, e-licences fetched, data checks that said yes; ``vouched``: elements whose
    value an authority (grade A) or a counter (B) stands for."""

    values: Mapping[str, Any] = {}
    credentials: tuple[CredentialLike, ...] = ()
    checks: frozenset[str] = frozenset()
    vouched: frozenset[str] = frozenset()


class City(msgspec.Struct, frozen=True):
    """The parts of the catalog that receiving reads."""

    elements: Mapping[str, Element]
    materials: Mapping[str, MaterialKind]
    places: PlacesLike


class Assessment(msgspec.Struct, frozen=True):
    """Everything a counter wants to see at once, before anything is written. ``stands``: fields that nobody types, because an authority
    or a counter said so."""

    version: ItemVersion
    eligibility: Eligibility
    fields: tuple[NeededField, ...]
    form: form.Form
    papers: tuple[MaterialState, ...]
    route: Route | None
    elsewhere: Refused | None
    follow: tuple[FollowUp, ...]
    problems: tuple[Problem, ...]
    stands: frozenset[str] = frozenset()

    @property
    def ready(self) -> bool:
        """True when the case can be received as it stands."""
        return not self.problems


def homes_of(values: Mapping[str, Any]) -> Homes:
    """The bases of jurisdiction among known values and answers (element codes of the registry)."""
    return Homes(
        hukou=str(values.get("hukou_division") or ""),
        residence=str(values.get("residence_division") or ""),
        employer=str(values.get("employer_division") or ""),
    )


Router = Callable[[ItemVersion, str, Homes, PlacesLike], Route]
Weigher = Callable[[Iterable[NeededPaper], dt.date], tuple[MaterialState, ...]]


def assess(
    version: ItemVersion,
    city: City,
    known: Known,
    intake: Intake,
    receiving: str,
    today: dt.date,
    *,
    router: Router = jurisdiction.route,
    weigher: Weigher | None = None,
) -> Assessment:
    """Weigh it all; never raises for what a resident lacks: that is in the answer.

    A part of a life event brings its own ``router`` (another door) and ``weigher`` (its papers are several persons').
    """
    asked = {field.element: city.elements[field.element] for field in version.fields}
    typed = who.as_said(intake.answers, asked, known, today)
    answers = {**known.values, **{k: v for k, v in typed.items() if v not in (None, "")}}
    eligibility = item.eligibility(version, answers, today)
    fields = item.needed_fields(version, answers, today)
    filled = form.read(version, fields, city.elements, {**prefilled(version, city.elements, known), **typed}, today)
    given = Given(
        papers=tuple(HandedPaper(p.material, p.form, p.grade) for p in intake.papers),
        credentials=known.credentials,
        checks=known.checks,
        declarations=frozenset(intake.declarations),
    )
    needed = item.weigh_papers(version, answers, today)
    papers = weigher(needed, today) if weigher else material.check(needed, city.materials, given, today)
    route, elsewhere = _route(router, version, receiving, answers, city.places)
    follow = tuple(
        FollowUp(s.material, s.due) for s in papers if s.state == "may_follow" and s.due and s.material in intake.follow
    )
    problems = (
        *filled.problems,
        *handed_in.not_asked(version, intake.papers),
        *_missing(papers, city, {f.material for f in follow}),
        *(elsewhere.problems if elsewhere else ()),
        *(() if intake.insist else _failing(eligibility)),
    )
    return Assessment(
        version,
        eligibility,
        fields,
        filled,
        papers,
        route,
        elsewhere,
        follow,
        problems,
        who.stands(asked, known, today),
    )


def prefilled(version: ItemVersion, elements: Mapping[str, Element], known: Known) -> dict[str, Any]:
    """What need not be typed. Consents, promises and statements of the day are asked each time, whatever is on record."""
    codes = (f.element for f in version.fields if f.element in known.values)
    return {code: known.values[code] for code in codes if elements[code].reuse != "never"}


def _route(
    router: Router, version: ItemVersion, receiving: str, answers: Mapping[str, Any], places: PlacesLike
) -> tuple[Route | None, Refused | None]:
    try:
        return router(version, receiving, homes_of(answers), places), None
    except Refused as refused:
        return None, refused


def _missing(papers: Iterable[MaterialState], city: City, following: set[str]) -> Iterable[Problem]:
    for state in papers:
        if state.state == "unknown":
            yield _undecided(state, city)
        elif state.state == "missing" or (state.state == "may_follow" and state.material not in following):
            kind = city.materials.get(state.material)
            name = kind.name if kind else Text(state.material)
            advice = None
            if state.state == "may_follow" and state.due:
                advice = Text(
                    f"可以容缺:承诺在{state.due:%Y-%m-%d}前补交",
                    f"It may follow: promise it until {state.due:%Y-%m-%d}",
                )
            yield Problem(
                "paper.missing",
                Text(f"缺少材料“{name.zh}”。{state.why.zh}", f"Paper missing: {name.en or name.zh}. {state.why.en}"),
                f"/papers/{state.material}",
                advice,
            )


def _undecided(state: MaterialState, city: City) -> Problem:
    kind = city.materials.get(state.material)
    name = kind.name if kind else Text(state.material)
    asked = [city.elements[code].name for code in state.ask if code in city.elements]
    return Problem(
        "paper.undecided",
        Text(
            f"是否需要“{name.zh}”还不确定,请先填写:{'、'.join(a.zh for a in asked)}",
            f"Whether {name.en or name.zh} is needed is not known yet; fill in first: {', '.join(a.en or a.zh for a in asked)}",
        ),
        f"/answers/{state.ask[0]}" if state.ask else f"/papers/{state.material}",
    )


def _failing(eligibility: Eligibility) -> Iterable[Problem]:
    for unmet in eligibility.failing:
        law = f"(依据:{unmet.law.cite()})" if unmet.law else ""
        yield Problem(
            "item.not_eligible",
            Text(
                f"不符合条件:{unmet.condition.text.zh}{law}",
                f"A condition does not hold: {unmet.condition.text.en or unmet.condition.text.zh}",
            ),
            f"/conditions/{unmet.condition.id}",
            Text(
                "如居民坚持申请,可收件后出具不予受理告知书",
                "If the resident insists, receive it and give the written refusal",
            ),
        )


def must_be_ready(assessment: Assessment) -> None:
    """Tell everything that is missing at once (一次性告知), or let it pass."""
    if assessment.problems:
        raise Refused(
            "receive.not_ready",
            f"还不能收件:有{len(assessment.problems)}处需要处理,已填写的内容都保留着",
            f"Not ready yet: {len(assessment.problems)} things to mend; everything typed is kept",
            problems=assessment.problems,
        )


def marks(assessment: Assessment, intake: Intake) -> tuple[PaperMark, ...]:
    """How each satisfied material was satisfied, as the log keeps it; every scan of a paper is named by its digest."""
    found = []
    for state in assessment.papers:
        if state.state != "satisfied" or state.by is None or state.grade is None:
            continue
        how = _how(state.by)
        digests = [p for p in intake.papers if p.material == state.material] if how == "paper" else []
        if not digests:
            found.append(PaperMark(state.material, how, state.grade))
        found += [handed_in.mark(p) for p in digests]
    return tuple(found)


def _how(by: material.Alternative) -> Literal["credential", "check", "result", "declaration", "paper"]:
    if by.credential:
        return "credential"
    if by.check:
        return "check"
    if by.result:
        return "result"
    return "declaration" if by.declaration else "paper"


def opening(
    assessment: Assessment,
    intake: Intake,
    *,
    receiving: str,
    applicant: str,
    agent: str,
    mandate: str,
    channel: str,
    answers: str,
    on: dt.date,
    about: str = "",
    promise: int | None = None,
) -> tuple[facts.Body, ...]:
    """The facts that open a ready case: received; then handed over to the home center, or accepted on the spot.

    Only a counter accepts on the spot, and only when every condition holds for certain and nothing is left to judge.
    """
    version, route = assessment.version, assessment.route
    assert route is not None
    opened = facts.Opened(
        on=on, item=version.code, version=version.version, receiving=receiving, handling=route.handling,
        applicant=applicant, agent=agent, mandate=mandate, channel=channel, answers=answers,
        papers=marks(assessment, intake), follow=assessment.follow, accept_days=version.limits.accept_days,
        transfer_days=version.limits.transfer_days, hand_over=route.hand_over,
        about=about, promised_days=promise,
    )  # fmt: skip
    if route.hand_over == "received":
        return opened, facts.HandedOver(on=on, to=route.handling, reason="home")
    certain = assessment.eligibility.value is True and not assessment.eligibility.judge
    if channel == "window" and certain and not intake.insist:
        limits = version.limits
        accepted = facts.Accepted(
            on=on,
            legal_days=limits.legal_days,
            promised_days=limits.promised_days if promise is None else min(promise, limits.promised_days),
            since=on,
            basis="counter",
            follow=assessment.follow,
        )
        return opened, accepted
    return (opened,)
