"""Does the city's memory still hold? Every chain is recomputed, every row compared with the fold of its log, every seal of the
audit trail and everything sealed opened. `tongban verify` and the end of the journey call this."""

from collections.abc import Iterator

import msgspec
from django.db import connection

from tongban.domain import case as rule
from tongban.domain import chain, deadlines
from tongban.domain.actor import CITY, Actor
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.plumbing.audit import service as audit
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people


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
    done = Checked()
    for state, log in cases.logs():
        done.cases += 1
        done.facts += len(log)
        if wrong := _case(state, log):
            done.wrong.append(wrong)
        if done.cases % 500 == 0:
            yield done
    done.wrong += _columns()
    done.wrong += list(people.damaged())
    done.wrong += audit.broken_seals()
    with connection.cursor() as cursor:
        cursor.execute("select count(*), coalesce(sum(count), 0) from audit_seal")
        done.seals, done.audit_lines = cursor.fetchone()
    yield done


def _case(state: Case, log: list[Entry]) -> str | None:
    if broken := chain.broken(log):
        return broken
    folded = rule.fold(state.number, ((e.fact, e.n, e.hash) for e in log))
    if folded != state:
        return f"{state.number}: the row is not the fold of its log"
    return None


def _columns() -> list[str]:
    """Rows whose columns differ from the state beside them: somebody changed a list without changing the case."""
    wrong = []
    calendar = catalog.calendar()
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, stage, holder, handling, n, closed, due_on, due_kind, state from cases_case order by number"
        )
        while batch := cursor.fetchmany(2_000):
            for number, stage, holder, handling, n, closed, due_on, due_kind, stored in batch:
                case = msgspec.msgpack.decode(stored, type=Case)
                due = deadlines.due(case, calendar)
                if (stage, holder, handling, n, closed) != (
                    case.stage,
                    case.holder,
                    case.handling,
                    case.n,
                    case.closed,
                ):
                    wrong.append(f"{number}: a column of the row was changed")
                elif (due_on, due_kind) != (due.on, due.kind):
                    wrong.append(f"{number}: the date {due_on} is not what facts and calendar give ({due.on})")
    return wrong
