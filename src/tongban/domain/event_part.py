"""One part of a life event made ready to be received: out of the one form and the one set of papers, what its item asks, in the
item's own words. Nothing known of the applicant goes into another person's matter unless the event says so (``fills``)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tongban.domain import material
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake
from tongban.domain.handed_in import PaperIn
from tongban.domain.item import NeededPaper
from tongban.domain.life_event import SELF
from tongban.domain.material import Given, HandedPaper, MaterialKind, MaterialState
from tongban.domain.prepared import ItemTerm, PaperTerm, Prepared
from tongban.domain.receiving import Intake, Known
from tongban.domain.refusals import Problem
from tongban.domain.text import Text

HOME_ELEMENTS = {"hukou": "hukou_division", "residence": "residence_division", "employer": "employer_division"}


class PutOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper of ``item`` for which the promise to do a later item until then stands in."""

    item: str
    paper: str
    until: dt.date


class EventForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The one form as it lies sealed beside a mother case: what the person said and brought, and what departments told of the
    results of earlier parts (element of the form -> value)."""

    intake: EventIntake
    told: dict[str, Any] = {}
    # Papers that the plan lets follow, or that an earlier part brings in time: promised with the submission.
    promised: tuple[str, ...] = ()
    put_off: tuple[PutOff, ...] = ()


def read_form(plain: bytes | None) -> EventForm:
    """The form as it was kept; where nothing of it is left, one in which nobody has said anything."""
    return msgspec.json.decode(plain, type=EventForm) if plain is not None else EventForm(EventIntake())


class Holding(msgspec.Struct, frozen=True):
    """What is there for one person of the event: e-licences good today, checks that said yes, items decided in their favour."""

    credentials: tuple[material.CredentialLike, ...] = ()
    checks: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()


def paper_name(of: str, code: str) -> str:
    """How the event names a material: the plain code for the applicant's, ``person.material`` for another's."""
    return code if of == SELF else f"{of}.{code}"


def term_of(prepared: Prepared, item: str) -> ItemTerm:
    """The item as the event has it. KeyError for one that the event does not have."""
    return prepared.items[prepared.numbers[item]]


def values_of(prepared: Prepared, term: ItemTerm, form: EventForm, known: Mapping[str, Any]) -> dict[str, Any]:
    """What may be looked at for this part, in the item's own elements. Of what is known of the applicant another person's matter
    sees only what ``fills`` names."""
    said = {code: value for code, value in form.intake.answers.items() if value not in (None, "")} | form.told
    everything = {**prepared.constants, **known, **said}
    open_ = {**known, **said} if term.entry.of == SELF else said
    found = {code: value for code, value in open_.items() if code not in term.means}
    found |= {code: everything[key] for code, key in term.means.items() if key in everything}
    if term.place_key:
        home = HOME_ELEMENTS[term.version.home or "hukou"]
        if home not in found and term.place_key in everything:
            found[home] = everything[term.place_key]
    return found


def brought(prepared: Prepared, item: str, form: EventForm, known: Known) -> tuple[Intake, Known]:
    """What this part brings to its reception, and what is known for it."""
    term = term_of(prepared, item)
    values = values_of(prepared, term, form, known.values)
    elements = prepared.registry.elements
    said = {code for code, value in form.intake.answers.items() if value not in (None, "")} | form.told.keys()
    answers = {}
    for field in term.version.fields:
        code, key = field.element, term.means.get(field.element, field.element)
        fresh = key in said or key in prepared.constants
        # A consent or a statement of the day is never taken from what is on record.
        if code in values and (fresh or (code in term.means and elements[key].reuse != "never")):
            answers[code] = values[code]
    follow = {*form.intake.follow, *form.promised}
    intake = Intake(
        answers=answers,
        papers=tuple(_papers(term, form)),
        follow=tuple(p.need.material for p in term.papers if paper_name(p.of, p.material) in follow),
    )
    mine = known if term.entry.of == SELF else Known()
    return intake, msgspec.structs.replace(mine, values=values)


def _papers(term: ItemTerm, form: EventForm) -> Iterable[PaperIn]:
    """The papers of the event that this item asks for, under the name it has for them."""
    for need in term.papers:
        for one in form.intake.papers:
            if (one.of, one.paper.material) == (need.of, need.material):
                yield msgspec.structs.replace(one.paper, material=need.need.material)


class Weigher:
    """Weighs the papers of a part: each by what is there of the person whose paper it is (domain/receiving.py asks it)."""

    def __init__(
        self, prepared: Prepared, item: str, form: EventForm, holdings: Mapping[str, Holding],
    ) -> None:  # fmt: skip
        self.term, self.form, self.holdings = term_of(prepared, item), form, holdings
        self.kinds: Mapping[str, MaterialKind] = prepared.registry.materials
        self.until = {one.paper: one.until for one in form.put_off if one.item == item}
        self.results = frozenset(code for held in holdings.values() for code in held.results)

    def __call__(self, needed: Iterable[NeededPaper], today: dt.date) -> tuple[MaterialState, ...]:
        """The state of each paper, under the item's own name for it."""
        terms = {term.need.material: term for term in self.term.papers}
        found = []
        for paper in needed:
            term = terms[paper.need.material]
            meant = msgspec.structs.replace(paper, need=msgspec.structs.replace(paper.need, material=term.material))
            (state,) = material.check((meant,), self.kinds, self._given(term), today)
            until = self.until.get(paper_name(term.of, term.material))
            if state.state == "missing" and until is not None:
                # Even a key paper: the event says that this item may follow, and what happens if it does not.
                state = msgspec.structs.replace(state, state="may_follow", due=until)
            found.append(msgspec.structs.replace(state, material=paper.need.material))
        return tuple(found)

    def _given(self, term: PaperTerm) -> Given:
        held = self.holdings.get(term.of, Holding())
        intake = self.form.intake
        declared = (code.rpartition(".") for code in intake.declarations)
        return Given(
            papers=tuple(
                HandedPaper(p.paper.material, p.paper.form, p.paper.grade) for p in intake.papers if p.of == term.of
            ),
            credentials=held.credentials,
            checks=held.checks,
            results=self.results,
            declarations=frozenset(code for of, _, code in declared if (of or SELF) == term.of),
        )


def in_event_words(term: ItemTerm, problem: Problem, elements: Mapping[str, Element]) -> Problem:
    """The same problem, pointing to the one form and the one set of papers instead of the item's own, and naming the field as it is
    called there: who reads 姓名 would look at their own name, and not at the child's."""
    kind, _, code = problem.pointer.lstrip("/").partition("/")
    if kind == "answers":
        code = term.means.get(code, code)
    elif kind == "papers":
        found = next((p for p in term.papers if p.need.material == code), None)
        code = paper_name(found.of, found.material) if found else code
    elif kind == "homes":
        # Where somebody belongs is a field of the one form like any other.
        kind, code = "answers", term.place_key or HOME_ELEMENTS.get(code, code)
    else:
        return problem
    return msgspec.structs.replace(problem, pointer=f"/{kind}/{code}", text=_renamed(problem, code, elements))


def _renamed(problem: Problem, code: str, elements: Mapping[str, Element]) -> Text:
    before, now = elements.get(problem.pointer.rpartition("/")[2]), elements.get(code)
    if before is None or now is None or before is now:
        return problem.text
    names = (before.name.en or before.name.zh, now.name.en or now.name.zh)
    return Text(
        problem.text.zh.replace(f"“{before.name.zh}”", f"“{now.name.zh}”"),
        problem.text.en.replace(f"“{names[0]}”", f"“{names[1]}”"),
    )


def identity_keys(prepared: Prepared, of: str) -> tuple[str, str]:
    """The elements of the one form that hold the number and the name of a person of the event: what the items that are theirs mean by
    ``id_number`` and ``name``, unless that is the applicant; else the elements called ``<person>_id_number`` and ``<person>_name``."""

    def key(code: str) -> str:
        meant = (term.means.get(code, "") for term in prepared.items if term.entry.of == of)
        return next((one for one in meant if one and one != code and "/" not in one), f"{of}_{code}")

    return key("id_number"), key("name")


def told_by(prepared: Prepared, item: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What an e-licence that a part gave says, as elements of the one form: only what the form does not ask the person for."""
    term = term_of(prepared, item)
    found: dict[str, Any] = {}
    for code, value in fields.items():
        if term.entry.of == SELF:
            keys = {code}
        else:
            keys = {t.means[code] for t in prepared.items if t.entry.of == term.entry.of and code in t.means}
            element = prepared.registry.elements.get(code)
            keys |= {code} if element is not None and element.group != "applicant" else set()
        found |= dict.fromkeys(keys & term.gives, value)
    return found
