"""Writers of the people register. Plain SQL, one statement each, so that inside a flow they travel together (plumbing/tx.py);
only flows call them, and a flow has asked for powers and reason first."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import connection

from tongban.domain import consent as rule
from tongban.domain.acting import Related
from tongban.domain.consent import Consent, Mandate
from tongban.domain.person import Identity
from tongban.domain.refusals import Conflict, NotFound, Refused
from tongban.domain.text import Text
from tongban.plumbing.ids import new_id
from tongban.plumbing.statements import ask, say, say_rows
from tongban.registers.people import rows
from tongban.registers.people.rows import Known

# Looks before it writes: whoever was met before costs no new row version and waits for nobody.
_MEET = (
    "with found as (select id, name_blind from people_person where id_kind = %s and number_blind = %s), "
    "made as (insert into people_person (id, id_kind, number_blind, name_blind, identity, met_at) "
    "select %s::uuid, %s::text, %s::bytea, %s::bytea, %s::bytea, %s::timestamptz where not exists (select from found) "
    "on conflict do nothing returning id, name_blind) "
    "select id, name_blind, false from found union all select id, name_blind, true from made"
)
_KEEP = "insert into people_datum (person_id, element, source, value, as_of, grade, kept_at)"
_NEWEST = (
    "on conflict (person_id, element, source) do update set "
    "value = excluded.value, as_of = excluded.as_of, grade = excluded.grade, kept_at = excluded.kept_at "
    "where excluded.as_of >= people_datum.as_of"
)


def meet(identity: Identity, at: dt.datetime, *, card: bool = False) -> str:
    """As `met`, without the word whether it was the first time."""
    return met(identity, at, card=card)[0]


def met(identity: Identity, at: dt.datetime, *, card: bool = False) -> tuple[str, bool]:
    """The reference of this person, who is entered when never met before (then True comes with it). Same number, same person, however many ask at a
    time; someone without a number is always new.

    ``card``: read from the card itself, so a changed name is taken over. Raises Refused ``person.name_differs`` when the
    number is known under another name and no card was read: a digit or the name is mistyped, or the name was changed.
    """
    person = rows.reference(identity)
    name = rows.name_index(identity.name)
    number, sealed = rows.number_blind(identity), rows.seal_identity(person, identity)
    # Nothing comes back when another transaction entered the same number after this statement had looked:
    # it has committed by now, so the second look sees it.
    for _ in range(3):
        if row := ask(_MEET, [identity.kind, number, person, identity.kind, number, name, sealed, at]):
            break
    else:
        raise Conflict("person.busy", "正在登记同一个人,请重试", "The same person is being entered; try again")
    ((found, known_as, first),) = row
    if known_as != name:
        if not card:
            raise _name_differs()
        rename(str(found), identity)
    return str(found), first


def is_reference(person: str, identity: Identity) -> bool:
    """Whether this is the reference of the person: it follows from the number. Someone without one has whatever was given."""
    return not identity.number or str(rows.reference(identity)) == person


def arrived(person: str, identity: Identity, at: dt.datetime) -> None:
    """Enter somebody under the reference that came with a letter, unless known already. No answer is waited for: a number
    that is known here under another reference (the nodes do not share the city's person key) fails with the transaction,
    by the constraint people_person_once."""
    number, sealed = rows.number_blind(identity), rows.seal_identity(person, identity)
    say(
        "insert into people_person (id, id_kind, number_blind, name_blind, identity, met_at) values (%s, %s, %s, %s, %s, %s) "
        "on conflict (id) do nothing",
        [uuid.UUID(person), identity.kind, number, rows.name_index(identity.name), sealed, at],
    )


def rename(person: str, identity: Identity) -> None:
    """The authority knows this person under a new name now; the number stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_person set name_blind = %s, identity = %s where id = %s",
            [rows.name_index(identity.name), rows.seal_identity(person, identity), person],
        )


def keep(person: str, known: Iterable[tuple[str, Known]], at: dt.datetime) -> None:
    """Keep what was heard of a person: pairs of element code and Known (``mapping.items()`` will do). The newest of each
    source stays; something older than what is there changes nothing."""
    newest: dict[tuple[str, str], Known] = {}
    for element, one in known:
        before = newest.get((element, one.source))
        if before is None or before.as_of <= one.as_of:
            newest[element, one.source] = one
    if not newest:
        return
    # In one order for all, so that two who keep the same elements of a person wait for and never block each other.
    held = sorted(newest.items(), key=lambda pair: pair[0])
    kept = [(person, e, s, rows.seal_known(person, e, k), k.as_of, k.grade, at) for (e, s), k in held]
    say_rows(_KEEP, kept, _NEWEST)


def mandate(given: Mandate, at: dt.datetime, by: str, relation: Related = "") -> str:
    """Enter a mandate; returns its reference. ``by`` is who entered it (Actor.ref), ``relation`` what the principal is said to be to
    the agent. Raises what ``make_mandate`` refuses."""
    made = rule.make_mandate(given)
    ref = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_mandate (id, agent_id, principal, body, paper, made_at, made_by, revoked_on, revoked_by) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, '')",
            [
                ref,
                made.agent,
                made.principal,
                rows.seal_mandate(ref, made, relation),
                made.paper,
                at,
                by,
                made.revoked_on,
            ],
        )
    return str(ref)


def mandate_arrived(ref: str, given: Mandate, at: dt.datetime, by: str) -> None:
    """Enter a mandate under the reference that came with a letter, unless it is here already."""
    say(
        "insert into people_mandate (id, agent_id, principal, body, paper, made_at, made_by, revoked_on, revoked_by) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, '') on conflict (id) do nothing",
        [uuid.UUID(ref), uuid.UUID(given.agent), given.principal, rows.seal_mandate(ref, given), given.paper, at, by,
         given.revoked_on],
    )  # fmt: skip


def revoke_mandate(ref: str, on: dt.date, by: str) -> None:
    """End a mandate from ``on``; an earlier end stays. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, agent_id, principal, revoked_on, body from people_mandate where id = %s for update",
            [uuid.UUID(ref)],
        )
        row = cursor.fetchone()
        if row is None:
            raise NotFound("mandate.not_found", "没有找到这份委托", "No such mandate")
        held = rows.open_mandate(*row)
        ended = rule.revoke(rows.plain_mandate(held), on)
        cursor.execute(
            "update people_mandate set revoked_on = %s, revoked_by = %s, body = %s where id = %s",
            [ended.revoked_on, by, rows.seal_mandate(ref, ended, held.relation), ref],
        )


def consent(given: Consent) -> str:
    """Enter a consent; returns its reference. Raises what ``make_consent`` refuses."""
    made = rule.make_consent(given)
    ref = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_consent "
            "(id, person_id, purpose, kinds, about, once, given_at, given_by, until, used_at, withdrawn_at) "
            "values (%s, %s, %s, to_jsonb(%s::text[]), %s, %s, %s, %s, %s, %s, %s)",
            [
                ref, made.person, made.purpose, list(made.kinds), made.about, made.once, made.given_at, made.given_by,
                made.until, made.used_at, made.withdrawn_at,
            ],
        )  # fmt: skip
    return str(ref)


def use_consent(ref: str, at: dt.datetime) -> None:
    """Note that a consent was used; one for once is used by one only, however many try. Raises Refused ``consent.used``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_consent set used_at = coalesce(used_at, %s) where id = %s and not (once and used_at is not null) "
            "returning id",
            [at, uuid.UUID(ref)],
        )
        if cursor.fetchone() is None:
            raise Refused("consent.used", "这份同意仅限一次,已经用过", "The consent was for once and has been used")


def withdraw_consent(ref: str, at: dt.datetime) -> None:
    """The person takes a consent back; an earlier withdrawal stays. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update people_consent set withdrawn_at = least(withdrawn_at, %s) where id = %s returning id",
            [at, uuid.UUID(ref)],
        )
        if cursor.fetchone() is None:
            raise NotFound("consent.not_found", "没有找到这份同意", "No such consent")


def choose_center(person: str, center: str, at: dt.datetime) -> None:
    """Remember the center a person chose as theirs, in place of the one before."""
    say(
        "insert into people_center (person_id, body, chosen_at) values (%s, %s, %s) on conflict (person_id) do update set "
        "body = excluded.body, chosen_at = excluded.chosen_at",
        [uuid.UUID(person), rows.seal_center(person, center), at],
    )


def forget_center(person: str) -> None:
    """The person has no center of their choice any more; nothing to forget is no mistake."""
    say("delete from people_center where person_id = %s", [uuid.UUID(person)])


def _name_differs() -> Refused:
    return Refused(
        "person.name_differs",
        "这个证件号码登记的是另一个姓名;请逐字核对号码和姓名,如已改名请读卡",
        "This number is known under another name: compare number and name, and read the card if the name was changed",
        pointer="/name",
        advice=Text("请读取身份证", "Read the identity card"),
    )
