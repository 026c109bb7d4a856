"""Readers of the credentials register. They check nothing and hand out personal data in clear: only flows/access and what
stands behind it may call them, after it has asked for power and reason and written the look down."""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence

from django.db import connection

from tongban.plumbing import crypto
from tongban.plumbing.statements import Answer, ask, later
from tongban.registers.credentials import rows
from tongban.registers.credentials.rows import Held

log = logging.getLogger(__name__)


def for_person(person: str, kinds: Sequence[str] = ()) -> tuple[Held, ...]:
    """The e-licences of a person that the department still gives and nobody revoked, of these kinds (all when none is
    named), expired ones too: the rulebook says of those why they do not count. In clear: the caller has checked the reason.

    One that was changed in the table is left out and logged: a counter goes on with paper, as it does when there is none.
    """
    return for_persons([person], kinds).get(person, ())


def for_persons(persons: Sequence[str], kinds: Sequence[str] = ()) -> dict[str, tuple[Held, ...]]:
    """As ``for_person``, for several persons in one statement. The caller has checked the reason for each."""
    return _read(_ask(persons, kinds))


def for_person_later(person: str) -> Callable[[], tuple[Held, ...]]:
    """As ``for_person``, asked now and read when called: inside a flow the question travels with others (plumbing/tx.py)."""
    answer = _ask([person], ())
    return lambda: _read(answer).get(person, ())


def _ask(persons: Sequence[str], kinds: Sequence[str]) -> Answer:
    # One person by equality: the length of a list is unknown beforehand, so a list would be planned anew each time.
    who: list[object] = list(persons) if len(persons) == 1 else [list(persons)]
    return later(
        f"select {rows.COLUMNS} from credentials_credential "
        f"where holder = {'%s' if len(persons) == 1 else 'any(%s::uuid[])'} and state = 'valid' "
        + ("and kind = any(%s) " if kinds else "")
        + "order by holder, kind, as_of desc",
        [*who, list(kinds)] if kinds else who,
    )


def _read(answer: Answer) -> dict[str, tuple[Held, ...]]:
    found: dict[str, tuple[Held, ...]] = {}
    for row in answer():
        try:
            found[str(row[0])] = (*found.get(str(row[0]), ()), rows.open_held(*row))
        except crypto.Tampered as error:
            log.error("left out: %s", error)
    return found


def one(person: str, kind: str, number: str) -> Held | None:
    """This licence of this person in whatever state, or None. In clear: the caller has checked the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {rows.COLUMNS} from credentials_credential where holder = %s and kind = %s and number_blind = %s",
            [person, kind, rows.number_index(kind, number)],
        )
        row = cursor.fetchone()
    return rows.open_held(*row) if row else None


def stopped(person: str, kind: str) -> bool:
    """Whether what this person holds of a kind is frozen or ended for now. It says nothing else of them."""
    return bool(
        ask(
            "select 1 from credentials_credential where holder = %s and kind = %s and state = 'stopped' limit 1",
            [person, kind],
        )
    )


def damaged() -> Iterator[str]:
    """Go through the register and name every row that does not open or does not fit its columns (`tongban verify`)."""
    after = uuid.UUID(int=0)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"select id, {rows.COLUMNS} from credentials_credential where id > %s order by id limit 1000", [after]
            )
            page = cursor.fetchall()
            if not page:
                return
            for id_, *row in page:
                try:
                    rows.open_held(*row)
                except crypto.Tampered as error:
                    yield f"{id_} {error}"
            after = page[-1][0]
