"""What happens by itself around a life event (主题联动): once a part is granted, documents of that person are frozen or ended and
accounts sealed by the departments whose they are, each with a receipt as proof; when that decision is undone, each is lifted."""

import datetime as dt
from functools import partial

from tongban.domain import event_part
from tongban.domain import mother as rule
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.event_part import EventForm
from tongban.domain.facts import Body
from tongban.domain.life_event import SELF, Reaction
from tongban.domain.mother import GOOD, Lifted, Mother, Reacted
from tongban.domain.ports import Notice, Subject, Told, Unavailable
from tongban.domain.prepared import Prepared
from tongban.flows import event_log
from tongban.plumbing import crypto, jobs, outside, sockets
from tongban.plumbing.clock import city_date
from tongban.plumbing.jobs import TryAgain
from tongban.plumbing.tx import current, flow
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import service as credentials
from tongban.registers.mothers import queries as mothers
from tongban.registers.people import queries as people

LIFT = "lift"
PAPER = "paper"


def due(mother: Mother, theme: tuple[Reaction, ...]) -> tuple[tuple[int, str], ...]:
    """The reactions to be done now: (number of the reaction, its act, or ``lift``)."""
    found = []
    for i, reaction in enumerate(theme):
        one = mother.of(reaction.on)
        if one is None:
            continue
        if one.outcome in GOOD and i not in mother.reacted:
            found.append((i, str(reaction.act)))
        elif one.outcome == "revoked" and i in mother.reacted:
            found.append((i, LIFT))
    return tuple(found)


def react(number: str, n: int, at: dt.datetime) -> None:
    """Deferred work: ask every department for its part, with no transaction open; each answer is an act of its own, so that a dead
    department holds up no other. TryAgain for those that did not answer."""
    event_log.must_be_caught_up(number)
    found = mothers.get(number)
    if found is None:
        return
    mother = found.mother
    prepared = catalog.prepared(mother.event, mother.opened_on or city_date(at))
    todo = due(mother, prepared.event.theme)
    if not todo:
        return
    form, lifted = _form(mother), _lifted(number)
    late = []
    calls, subjects = {}, dict[int, Subject]()
    for i, act in todo:
        reaction = prepared.event.theme[i]
        subject = _subject(prepared, form, mother, reaction.of)
        if subject is None:
            # Nobody to name to a machine: a person there does it from the papers of the case.
            done(SYSTEM, number, i, act, PAPER, at=at, key=_key(mother, i, act))
            continue
        subjects[i] = subject
        port = sockets.plugged().department(reaction.department)
        calls[f"{reaction.department}:{i}"] = partial(
            port.tell, _notice(number, f"T{i}-{act}-{lifted.count(i)}", act, reaction, subject, at)
        )
    for key, answer in outside.ask(calls, budget=10.0).items():
        i = int(key.rpartition(":")[2])
        act = dict(todo)[i]
        if isinstance(answer, Told):
            done(SYSTEM, number, i, act, answer.reference, subject=subjects[i], at=at, key=_key(mother, i, act))
        elif isinstance(answer, Unavailable) and answer.code == PAPER:
            done(SYSTEM, number, i, act, PAPER, subject=subjects[i], at=at, key=_key(mother, i, act))
        else:
            late.append(f"{key}: {answer.why if isinstance(answer, Unavailable) else answer}")
    if late:
        raise TryAgain("; ".join(late))


def _key(mother: Mother, i: int, act: str) -> str:
    """One key for one doing: a part that is granted, undone and granted again is done three times."""
    return f"theme:{mother.number}:{i}:{act}:{mother.n}"


def _lifted(number: str) -> list[int]:
    """The reactions that were lifted, each as often as it was."""
    log = (rule.decode(entry.body) for entry in mothers.log(number))
    return [fact.reaction for fact in log if isinstance(fact, Lifted)]


def _notice(number: str, doing: str, act: str, reaction: Reaction, subject: Subject, at: dt.datetime) -> Notice:
    """``doing`` is the same however often it is told, and another one when it is done again after it was lifted."""
    what = {"credential": reaction.credential} if reaction.credential else {"account": str(reaction.account or "")}
    return Notice(
        id=f"{number}-{doing}", case=number, item=reaction.on, event=act.upper(), at=at, subject=subject,
        values={"act": act, **what},
    )  # fmt: skip


def _form(mother: Mother) -> EventForm:
    return event_part.read_form(mothers.newest_form(mother.number, mother.form))


def _subject(prepared: Prepared, form: EventForm, mother: Mother, of: str) -> Subject | None:
    """The person whose document or account it is, as the event's form names them."""
    if of == SELF:
        identity = people.identity(mother.applicant)
        return Subject(identity.number, identity.name)
    said = {**form.intake.answers, **form.told}
    number, name = (said.get(code) for code in event_part.identity_keys(prepared, of))
    return Subject(str(number), str(name)) if number and name else None


@flow("event.reacted")
def done(
    actor: Actor, number: str, i: int, act: str, reference: str, *, subject: Subject | None = None, at: dt.datetime, key: str
) -> None:  # fmt: skip
    """Write down what a department did or lifted, with its receipt, and mark our own copies of the document."""
    found = mothers.get(number, lock=True)
    if found is None:
        return
    mother, on = found.mother, city_date(at)
    theme = catalog.prepared(mother.event, mother.opened_on or on).event.theme
    reaction = theme[i]
    if (i in mother.reacted) == (act != LIFT):
        return
    proof = "" if reference == PAPER else crypto.digest(reference.encode()).hex()
    department = reaction.department
    fact: Body = Lifted(on=on, reaction=i, department=department, proof=proof)
    if act != LIFT:
        fact = Reacted(on=on, reaction=i, act=reaction.act, department=department, proof=proof)
    after = event_log.appended(mother, [fact])
    if any(one == i for one, _ in due(after, theme)):
        # While the department did it, the decision behind it was undone (or made again): what was just done is done back.
        jobs.defer(jobs.Later("event_theme", number, after.n))
    holder = people.by_number("citizen", subject.number) if subject else None
    if reaction.credential and holder:
        credentials.stop(holder, reaction.credential, at, lifted=act == LIFT)
    current().about(
        case=number,
        person=mother.applicant,
        place=mother.receiving,
        department=department,
        reaction=i,
        act=act,
        reference=reference,
    )
