"""Readers of the people register. They check nothing and hand out personal data in clear: only flows/access and what stands
behind it may call them, after it has asked for power and reason and written the look down."""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from django.db import connection

from tongban.domain.consent import Mandate
from tongban.domain.person import Identity
from tongban.domain.refusals import NotFound
from tongban.plumbing import crypto
from tongban.plumbing.statements import Answer, later
from tongban.registers.people import rows
from tongban.registers.people.rows import HeldConsent, HeldMandate, Known

log = logging.getLogger(__name__)


def by_number(kind: str, number: str) -> str | None:
    """The reference of the person with this number, however it was typed, or None. The caller has checked the reason:
    knowing that somebody was met here is already personal data."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from people_person where id_kind = %s and number_blind = %s", [kind, rows.number_index(number)]
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None


def by_name(name: str, *, most: int = 20) -> list[str]:
    """References of at most ``most`` persons of exactly this name, newest last. The caller has checked the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from people_person where name_blind = %s order by id limit %s", [rows.name_index(name), most]
        )
        return [str(row[0]) for row in cursor.fetchall()]


def identity(person: str) -> Identity:
    """Number, name, birth and sex in clear. The caller has checked the reason. Raises NotFound; crypto.Tampered."""
    found = identities([person]).get(person)
    if found is None:
        raise NotFound("person.not_found", "没有找到这个人", "No such person", pointer="/person")
    return found


def identities(persons: Sequence[str]) -> dict[str, Identity]:
    """Identities in clear by reference; unknown references are left out. The caller has checked the reason for each."""
    ids = [one for one in map(_uuid, persons) if one is not None]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("select id, id_kind, identity from people_person where id = any(%s)", [ids])
        return {str(id_): rows.open_identity(id_, kind, sealed) for id_, kind, sealed in cursor.fetchall()}


def known(person: str) -> dict[str, Known]:
    """The best of what is known of a person by element: the most trusted grade, then the newest. In clear: the caller has
    checked the reason.

    A value that was changed in the table is left out and logged: a counter goes on with paper, as it does when there is none.
    """
    return known_of([person]).get(person, {})


def known_of(persons: Sequence[str]) -> dict[str, dict[str, Known]]:
    """As ``known``, for several persons in one statement. The caller has checked the reason for each."""
    found: dict[str, dict[str, Known]] = {}
    for person, element, one in _data(persons, _BEST):
        found.setdefault(person, {})[element] = one
    return found


def known_later(person: str) -> Callable[[], dict[str, Known]]:
    """As ``known``, asked now and read when called: inside a flow the question travels with others (plumbing/tx.py)."""
    answer = _ask([person], _BEST)

    def read() -> dict[str, Known]:
        return {element: one for _, element, one in _read(answer)}

    return read


def heard(person: str) -> dict[str, list[Known]]:
    """All sources of each element, best first, to show where two registers disagree. The caller has checked the reason."""
    found: dict[str, list[Known]] = {}
    for _, element, one in _data([person], ""):
        found.setdefault(element, []).append(one)
    return found


_BEST = "distinct on (person_id, element)"


def _data(persons: Sequence[str], which: str) -> Iterator[tuple[str, str, Known]]:
    return _read(_ask(persons, which))


def _ask(persons: Sequence[str], which: str) -> Answer:
    ids = [one for one in map(_uuid, persons) if one is not None]
    # One person by equality: the length of a list is unknown beforehand, so a list would be planned anew each time.
    one = len(ids) == 1
    return later(
        f"select {which} person_id, element, source, value, as_of, grade from people_datum "
        f"where person_id = {'%s' if one else 'any(%s)'} order by person_id, element, grade, as_of desc, source",
        ids if one else [ids],
    )


def _read(answer: Answer) -> Iterator[tuple[str, str, Known]]:
    for person, element, *rest in answer():
        try:
            yield str(person), element, rows.open_known(person, element, *rest)
        except crypto.Tampered as error:
            log.error("left out: %s", error)


def mandates_for(agent: str, principal: str = "") -> tuple[HeldMandate, ...]:
    """The mandates under which this agent acts, newest first, ended ones too: the rulebook says why one does not hold.
    Only those of one principal (person reference or credit code) when one is named. The caller has checked the reason."""
    return _mandates(
        "agent_id = %s" + (" and principal = %s" if principal else ""), agent, *([principal] if principal else [])
    )


def mandates_of(principal: str) -> tuple[HeldMandate, ...]:
    """The mandates this person or organisation gave, newest first. The caller has checked the reason."""
    return _mandates("principal = %s", principal)


def mandate(ref: str) -> HeldMandate | None:
    """One mandate by its reference. The caller has checked the reason."""
    try:
        found = _mandates("id = %s", str(uuid.UUID(ref)))
    except ValueError:
        # No reference of ours: a page sends what it likes.
        return None
    return found[0] if found else None


def plain(held: HeldMandate) -> Mandate:
    """A mandate as the rulebook knows it, without the name of its row."""
    return rows.plain_mandate(held)


def _mandates(where: str, *values: str) -> tuple[HeldMandate, ...]:
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"select id, agent_id, principal, revoked_on, body from people_mandate where {where} order by id desc",
            values,
        )
        for row in cursor.fetchall():
            try:
                found.append(rows.open_mandate(*row))
            except crypto.Tampered as error:
                log.error("left out: %s", error)
    return tuple(found)


def consents_of(person: str, *, about: str = "") -> tuple[HeldConsent, ...]:
    """What a person agreed to, newest first; only for one visit or case when it is named. No personal data but references."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id::text, purpose, kinds::text, given_at, given_by, until, once, about, used_at, withdrawn_at, "
            "id::text from people_consent where person_id = %s "
            + ("and about = %s " if about else "")
            + "order by given_at desc, id desc",
            [person, about] if about else [person],
        )
        return tuple(
            HeldConsent(r[0], r[1], msgspec.json.decode(r[2], type=tuple[str, ...]), *r[3:]) for r in cursor.fetchall()
        )


def chosen_center(person: str) -> str:
    """The code of the center a person chose as theirs; empty for none, and for one that was changed in the table. The caller has
    checked the reason."""
    with connection.cursor() as cursor:
        cursor.execute("select body from people_center where person_id = %s", [uuid.UUID(person)])
        row = cursor.fetchone()
    try:
        return rows.open_center(person, row[0]) if row else ""
    except crypto.Tampered as error:
        log.error("left out: %s", error)
        return ""


def named_papers(digests: Sequence[str]) -> set[str]:
    """Which of these papers are named by a mandate (what plumbing.files.sweep has to ask)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct paper from people_mandate where paper <> '' and paper = any(%s)", [list(digests)]
        )
        return {row[0] for row in cursor.fetchall()}


def damaged() -> Iterator[str]:
    """Go through the register and name every row that does not open or does not fit its index (`tongban verify`)."""
    for person, kind, number, name, sealed in _every(
        "people_person", "id, id_kind, number_blind, name_blind, identity"
    ):
        try:
            found = rows.open_identity(person, kind, sealed)
            if (rows.number_blind(found), rows.name_index(found.name)) != (number and bytes(number), bytes(name)):
                yield f"people.person:{person}: the index does not fit"
        except crypto.Tampered as error:
            yield str(error)
    for person, element, source, sealed, as_of, grade in _every(
        "people_datum", "person_id, element, source, value, as_of, grade"
    ):
        try:
            rows.open_known(person, element, source, sealed, as_of, grade)
        except crypto.Tampered as error:
            yield str(error)
    for row in _every("people_mandate", "id, agent_id, principal, revoked_on, body"):
        try:
            rows.open_mandate(*row)
        except crypto.Tampered as error:
            yield str(error)
    for person, sealed in _every("people_center", "person_id, body"):
        try:
            rows.open_center(person, sealed)
        except crypto.Tampered as error:
            yield str(error)


def _every(table: str, columns: str, size: int = 1000) -> Iterator[tuple[Any, ...]]:
    """Every row of a table of millions, without holding them: page after page by the first column (and, of a person's
    rows, all on one page)."""
    key, after = columns.split(",")[0], uuid.UUID(int=0)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"select {columns} from {table} where {key} > %s and {key} <= coalesce((select {key} from {table} "
                f"where {key} > %s order by {key} offset %s limit 1), %s) order by {key}",
                [after, after, size, uuid.UUID(int=2**128 - 1)],
            )
            page = cursor.fetchall()
            if not page:
                return
            yield from page
            after = page[-1][0]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
