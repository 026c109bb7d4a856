"""Does the city's memory still hold? Every chain is recomputed, every row compared with the fold of its log, every seal of the
audit trail and everything sealed opened. `tongban verify` and the end of the journey call this."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import msgspec
from django.db import connection

from tongban.domain import case as rule
from tongban.domain import chain, deadlines
from tongban.domain.actor import CITY, Actor
from tongban.domain.calendar import Calendar
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.exchange import queries as mail
from tongban.plumbing import here
from tongban.plumbing.audit import service as audit
from tongban.registers.cases import checks
from tongban.registers.cases import queries as cases
from tongban.registers.cases import rows as case_rows
from tongban.registers.catalog import queries as catalog
from tongban.registers.credentials import queries as credentials
from tongban.registers.mothers import checks as mother_checks
from tongban.registers.people import queries as people

# Cases between two words of progress, and opened together.
BATCH = 500
# What the row of a case repeats: from the first fact, from the catalog, from the fold.
_STATIC = ("item", "version", "receiving", "applicant", "agent", "channel", "opened_on")
_BESIDE = (*_STATIC, "department", "opened_at", *(c for c in case_rows.COLUMNS if c != "state"))


BARE = ": the case came so from the node that gave it to this one, and had lost it with a disk; ask the person once more (docs/nodes.md)"


class Checked(msgspec.Struct):
    """What was checked so far and everything that was wrong."""

    cases: int = 0
    facts: int = 0
    seals: int = 0
    audit_lines: int = 0
    wrong: list[str] = msgspec.field(default_factory=list)

    @property
    def clean(self) -> bool:
        """True when nothing was wrong."""
        return not self.wrong


def expected() -> int:
    """About how many cases there are, for a progress bar (the planner's estimate when there are many)."""
    with connection.cursor() as cursor:
        cursor.execute("select reltuples::bigint from pg_class where relname = 'cases_case'")
        estimate = int(cursor.fetchone()[0])
        if estimate > 100_000:
            return estimate
        cursor.execute("select count(*) from cases_case")
        return int(cursor.fetchone()[0])


def verify(actor: Actor) -> Iterator[Checked]:
    """Check everything, yielding the running result after each batch of cases and once more at the end."""
    actor.must("audit.read", CITY)
    done, restored, bare = Checked(), _after_restore(), audit.noted_of("bare")

    def gone(number: str) -> str:
        return restored or (BARE if number in bare else "")

    logs: dict[str, list[Entry]] = {}
    for state, log in cases.logs():
        done.cases += 1
        done.facts += len(log)
        if wrong := _case(state, log):
            done.wrong.append(wrong)
        else:
            logs[state.number] = log
        if done.cases % BATCH == 0:
            done.wrong += checks.beside(logs, gone)
            logs = {}
            yield done
    done.wrong += checks.beside(logs, gone)
    done.wrong += _people(gone)
    for look in (_columns, checks.kinds, checks.codes, checks.drafts, checks.lost, people.damaged, credentials.damaged,
                 catalog.damaged, lambda: mother_checks.damaged(restored), mother_checks.kinds, _children):  # fmt: skip
        done.wrong += look()
    done.wrong += audit.broken_seals()
    with connection.cursor() as cursor:
        cursor.execute("select count(*), coalesce(sum(count), 0) from audit_seal")
        done.seals, done.audit_lines = cursor.fetchone()
    yield done


def _case(state: Case, log: list[Entry]) -> str | None:
    if broken := chain.broken(log):
        return broken if broken.startswith(state.number) else f"{state.number}: {broken}"
    folded = rule.fold(state.number, ((e.fact, e.n, e.hash) for e in log))
    if folded != state:
        return f"{state.number}: the row is not the fold of its log"
    return None


def _columns() -> Iterator[str]:
    """Rows whose columns differ from the state beside them, or from the first fact: somebody changed a list without changing
    the case. The query code is compared with the audit trail (checks.codes)."""
    calendar = catalog.calendar()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select c.number, c.state, f.at, {', '.join(f'c.{name}' for name in _BESIDE)} "
            "from cases_case c left join cases_fact f on f.number = c.number and f.n = 1 order by c.number"
        )
        while batch := cursor.fetchmany(2_000):
            for number, stored, first, *columns in batch:
                found = {name: _plain(value) for name, value in zip(_BESIDE, columns, strict=True)}
                yield from _row(number, _state(stored), first, found, calendar)


def _after_restore() -> str:
    """What is said of lost answers and persons at a node that was put back to an older backup; empty at others."""
    at = mail.restored_at()
    return (
        f": this node was restored from a backup on {at:%Y-%m-%d}, and what lay only here since that backup went with it; ask the "
        "person once more (docs/nodes.md). If the case is older than the backup, somebody has removed it"
        if at
        else ""
    )


def _people(gone: Callable[[str], str]) -> Iterator[str]:
    """References to persons whom the people register does not have (no key holds them: codes between registers)."""
    with connection.cursor() as cursor:
        for table, name, column in (
            ("cases_case", "number", "applicant"),
            ("cases_case", "number", "agent"),
            ("mothers_mother", "number", "applicant"),
            ("mothers_mother", "number", "agent"),
            ("people_datum", "element", "person_id"),
            ("people_mandate", "id", "agent_id"),
            ("people_consent", "id", "person_id"),
            ("people_center", "person_id", "person_id"),
            ("credentials_credential", "id", "holder"),
        ):
            # A copy of a case may know nobody: who it is about goes with the pen.
            held = "and t.here " if table in ("cases_case", "mothers_mother") else ""
            cursor.execute(
                f"select t.{name}::text from {table} t where t.{column} is not null {held}"
                f"and not exists (select 1 from people_person p where p.id = t.{column}) limit 1000"
            )
            for (found,) in cursor.fetchall():
                yield f"{found}: its person is gone ({table}.{column}){gone(found)}"


def _children() -> Iterator[str]:
    """Cases that a life event opened and that are gone or another person's; children of no life event, where it was received here."""
    with connection.cursor() as cursor:
        for number, applicant in mother_checks.children():
            cursor.execute("select applicant::text from cases_case where number = %s", [number])
            row = cursor.fetchone()
            if row is None or row[0] != applicant:
                yield f"{number}: a case of a life event is " + ("gone" if row is None else "of another person")
        cursor.execute(
            "select number, receiving from cases_case where number like %s and not exists "
            "(select 1 from mothers_mother m where m.number = split_part(cases_case.number, '-', 1)) limit 1000",
            ["%-%"],
        )
        for number, receiving in cursor.fetchall():
            if here.hosts(receiving):
                yield f"{number}: its life event is gone"


def _state(stored: bytes) -> Case | None:
    try:
        return case_rows.case(stored)
    except msgspec.DecodeError:
        return None


def _row(
    number: str, case: Case | None, first: dt.datetime | None, found: dict[str, object], calendar: Calendar
) -> Iterator[str]:
    if case is None:
        # Told already: the row is not the fold of its log.
        return
    due = deadlines.due(case, calendar)
    right: dict[str, object] = dict(
        zip(case_rows.COLUMNS, case_rows.values(case, due, here=here.hosts(case.holder)), strict=True)
    )
    right |= {name: getattr(case, name) for name in _STATIC} | {"agent": case.agent or None}
    right |= {"opened_at": first, "department": catalog.version(case.item, case.version).item.department}
    wrong = [name for name in _BESIDE if found[name] != right[name]]
    if dates := {"due_on", "yellow_on", "due_kind", "provisional"} & set(wrong):
        yield f"{number}: the date {found['due_on']} is not what facts and calendar give ({due.on}): {sorted(dates)}"
    if others := sorted(set(wrong) - dates):
        yield f"{number}: a column of the row was changed: {others}"


def _plain(value: object) -> object:
    """As the domain writes it: references as text, bytes as bytes, nothing as an empty text where that is what is meant."""
    if isinstance(value, memoryview):
        return bytes(value)
    return str(value) if isinstance(value, uuid.UUID) else value
