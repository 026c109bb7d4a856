"""What departments say of the results of a life event's parts: a newborn's number, the number of a certificate. It is asked of the
department that issued the result, as an e-licence and by the case it came from, and never made up here."""

import datetime as dt
from functools import partial
from typing import Any

from tongban.domain import event_part, event_progress
from tongban.domain.actor import SYSTEM
from tongban.domain.case import Case
from tongban.domain.event_part import EventForm
from tongban.domain.life_event import SELF
from tongban.domain.mother import GOOD, Mother, Standing
from tongban.domain.ports import Given, Purpose, Subject, Unavailable
from tongban.domain.prepared import Prepared
from tongban.plumbing import outside, sockets
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mothers
from tongban.registers.people import queries as people

Told = dict[str, dict[str, Any]]
"""Item -> element of the one form -> value."""

PATIENCE = dt.timedelta(hours=1)
"""So long a department is asked again for what its result says; then the person is asked, who has it in hand."""


def asked(number: str, at: dt.datetime) -> tuple[Told, tuple[str, ...]]:
    """What was said, and the items whose department has not said it yet. Only what a part that waits needs is asked for."""
    found = mothers.get(number)
    if found is None or found.mother.opened_on is None or found.mother.stage != "open":
        return {}, ()
    mother = found.mother
    prepared = catalog.prepared(mother.event, mother.opened_on or at.date())
    form = event_part.read_form(mothers.newest_form(number, mother.form))
    calls, items = {}, {}
    for one in mother.parts:
        case = _fresh(one)
        if case is None or not _wanted(prepared, form, mother, one):
            continue
        subject = _subject(prepared, form, mother, one.part.of)
        for kind in prepared.registry.credentials.values():
            offered = sockets.plugged().offers().get(kind.issuer, ((), ()))[0]
            if subject and kind.code in case.issued and kind.code in offered:
                purpose = Purpose(
                    about=case.number, item=one.part.item, reason=f"办理{prepared.event.name.zh}", actor=SYSTEM.ref
                )
                port, key = sockets.plugged().department(kind.issuer), f"{kind.issuer}:{one.part.item}:{kind.code}"
                calls[key] = partial(port.licences, subject, (kind.code,), purpose)
                items[key] = (one.part.item, case)
    told: Told = {}
    late = []
    for key, answer in (outside.ask(calls, budget=10.0) if calls else {}).items():
        item, case = items[key]
        if isinstance(answer, Given):
            for licence in answer.items:
                told.setdefault(item, {}).update(event_part.told_by(prepared, item, licence.fields))
        elif not (isinstance(answer, Unavailable) and answer.code == "paper") and at - _decided_at(case) < PATIENCE:
            late.append(item)
    return told, tuple(late)


def _fresh(one: Standing) -> Case | None:
    """The case of a part whose results are out and not noted yet."""
    found = cases.get(one.number) if one.number and not one.resulted else None
    if found is None or event_progress.outcome_of(found.case) not in GOOD or not event_progress.has_results(found.case):
        return None
    return found.case


def _decided_at(case: Case) -> dt.datetime:
    return cases.log(case.number)[-1].at


def _wanted(prepared: Prepared, form: EventForm, mother: Mother, one: Standing) -> bool:
    """Whether a part that has not begun asks for a value that this result carries and nobody has said."""
    said = {**form.intake.answers, **form.told}
    gives = event_part.term_of(prepared, one.part.item).gives - {code for code, value in said.items() if value}
    for other in mother.parts:
        if other.state in ("waiting", "held") and gives & {
            field.key for field in event_part.term_of(prepared, other.part.item).fields
        }:
            return True
    return False


def _subject(prepared: Prepared, form: EventForm, mother: Mother, of: str) -> Subject | None:
    """Whom the department is asked about; a person without a number yet by name, beside the case that the purpose names."""
    if of == SELF:
        identity = people.identity(mother.applicant)
        return Subject(identity.number, identity.name)
    said = {**form.intake.answers, **form.told}
    number, name = (said.get(code) for code in event_part.identity_keys(prepared, of))
    return Subject(str(number or ""), str(name)) if name else None
