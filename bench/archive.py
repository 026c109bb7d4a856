"""Years of a city in minutes: cases made by the rulebook as patterns (item, path, day), then multiplied with numbers, centers,
persons and chains of their own, and copied into the tables. Every log verifies and every row is the fold of its log, so the
reads meet what they would meet in real life."""

import datetime as dt
import multiprocessing
import os
import random
import uuid
from collections.abc import Iterator, Sequence

import msgspec

from tongban.domain import case as rule
from tongban.domain import chain, codes, deadlines, facts
from tongban.domain.case import Case
from tongban.domain.facts import FollowUp, PaperMark, Point
from tongban.registers.cases import rows

# Stand-ins of the same length as what takes their place, so that a pattern is only patched and not encoded again.
NUMBER, HERE, HOME = "N" * 22, "8" * 9, "9" * 9
APPLICANT = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
BY, DIGEST = "machine:bench", "d" * 64
DIRECT, SPLIT = "jinglaoka", "canji_jiaotong"
CHUNK = 2_000


class Pattern(msgspec.Struct, frozen=True):
    """One case of which thousands are made. ``links``: kind, body and city date of each fact; ``row``: the case row's values
    after the centers, in the order of rows.COLUMNS."""

    case: Case
    due: deadlines.Due
    links: tuple[tuple[str, bytes, dt.date], ...]
    state: bytes


def _opened(item: str, on: dt.date) -> facts.Opened:
    split = item == SPLIT
    papers = [PaperMark("id_card", "paper", "B")]
    papers += (
        [PaperMark("disability_cert", "paper", "B")] if split else [PaperMark("tax_statement", "declaration", "D")]
    )
    follow = (FollowUp("bank_card", on + dt.timedelta(days=14)),) if split else ()
    return facts.Opened(
        on=on, item=item, version=1, receiving=HERE, handling=HOME if split else HERE, applicant=APPLICANT,
        channel="window", answers=DIGEST, papers=tuple(papers), follow=follow,
        hand_over="received" if split else "never",
    )  # fmt: skip


def _accepted(on: dt.date) -> facts.Accepted:
    return facts.Accepted(on=on, legal_days=30, promised_days=20, since=on)


def paths(on: dt.date) -> Iterator[tuple[bool, int, list[facts.Body]]]:
    """What may become of a case opened on this day: whether it is still open, how frequent that is, its facts."""
    later = [on + dt.timedelta(days=n) for n in (1, 2, 5, 9)]
    handed = facts.HandedOver(on=on, to=HOME, reason="home")
    taken, decided = facts.TakenOver(on=later[0]), facts.Decided(on=later[2], outcome="granted", results=("jinglaoka",))
    delivered = facts.Delivered(on=later[3], way="counter")
    direct, split = _opened(DIRECT, on), _opened(SPLIT, on)
    yield False, 60, [direct, _accepted(on), decided, delivered]
    yield False, 32, [split, handed, taken, _accepted(later[1]), decided, delivered]
    yield False, 8, [direct, facts.Withdrawn(on=later[0], reason="asked")]
    yield True, 40, [direct, _accepted(on)]
    yield True, 15, [split, handed]
    yield True, 15, [split, handed, taken]
    yield True, 15, [split, handed, taken, _accepted(later[1])]
    asked = facts.CorrectionAsked(
        on=later[1],
        points=(Point("paper", "disability_cert", "unreadable"),),
        until=on + dt.timedelta(days=20),
        round=1,
    )
    yield True, 10, [split, handed, taken, asked]
    yield True, 5, [direct, _accepted(on), decided]


def patterns(on: dt.date) -> tuple[list[Pattern], list[int], list[Pattern], list[int]]:
    """The patterns of a day: closed ones with their weights, open ones with theirs."""
    from tongban.registers.catalog import queries as catalog

    made: dict[bool, tuple[list[Pattern], list[int]]] = {True: ([], []), False: ([], [])}
    for is_open, weight, log in paths(on):
        state = Case(NUMBER)
        for n, fact in enumerate(log, 1):
            state = rule.advance(state, fact, n, b"h" * 32)
        links = tuple((facts.kind(f), facts.encode(f), f.on) for f in log)
        made[is_open][0].append(Pattern(state, deadlines.due(state, catalog.calendar()), links, rows.state(state)))
        made[is_open][1].append(weight)
    return *made[False], *made[True]


_CASES = (
    "number, query_code, item, version, department, receiving, applicant, agent, channel, opened_at, opened_on, "
    + ", ".join(rows.COLUMNS)
)
_FACTS = "number, n, kind, at, by, body, hash"


class Job(msgspec.Struct, frozen=True):
    """A day's share: how many closed and open cases, and from which sequence number on."""

    day: dt.date
    closed: int
    open: int
    sequence: int


def jobs(today: dt.date, days: int, closed: int, opened: int, open_days: int, sequence: int) -> list[Job]:
    """Spread closed cases evenly over ``days`` and open ones over the last ``open_days``."""
    made = []
    for back in range(days):
        mine = closed * (back + 1) // days - closed * back // days
        new = opened * (back + 1) // open_days - opened * back // open_days if back < open_days else 0
        # Closed cases were opened long enough ago to be delivered.
        made.append(Job(today - dt.timedelta(days=back + 10), mine, 0, sequence))
        if new:
            made.append(Job(today - dt.timedelta(days=back + 5), 0, new, sequence + 100_000))
    return made


def _copy(job: Job) -> int:
    import psycopg
    from django.conf import settings  # noqa: F401

    from tongban.registers.catalog import queries as catalog

    rng = random.Random(f"{job.day}{job.sequence}")
    centers = [c.encode() for c in sorted(catalog.places().centers)]
    last = dict.fromkeys(centers, job.sequence)
    closed, often, opened, how_often = patterns(job.day)
    chosen = rng.choices(closed, often, k=job.closed) + rng.choices(opened, how_often, k=job.open)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as db:
        for start in range(0, len(chosen), CHUNK):
            cases, log = [], []
            for pattern in chosen[start : start + CHUNK]:
                here = rng.choice(centers)
                last[here] += 1
                case, entries = _one(pattern, here, rng.choice(centers), job.day, last[here], rng)
                cases.append(case)
                log += entries
            for table, columns, lines in (("cases_case", _CASES, cases), ("cases_fact", _FACTS, log)):
                with db.cursor().copy(f"copy {table} ({columns}) from stdin") as copy:
                    copy.write("\n".join(lines) + "\n")
    return len(chosen)


def _one(
    pattern: Pattern, here: bytes, home: bytes, day: dt.date, sequence: int, rng: random.Random
) -> tuple[str, list[str]]:
    number = codes.make_case_number(here.decode(), day, sequence)
    person = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    swaps = ((NUMBER.encode(), number.encode()), (HERE.encode(), here), (HOME.encode(), home),
             (APPLICANT.encode(), person.encode()))  # fmt: skip
    head, lines = b"", []
    moment = dt.datetime.combine(day, dt.time(1), dt.UTC) + dt.timedelta(seconds=rng.randrange(28_000))
    for n, (kind, body, on) in enumerate(pattern.links, 1):
        for old, new in swaps:
            body = body.replace(old, new)
        at = moment + (on - day)
        head = chain.link(number, n, at, BY, body, head)
        lines.append(f"{number}\t{n}\t{kind}\t{at.isoformat()}\t{BY}\t{body.decode()}\t\\\\x{head.hex()}")
    state = pattern.state.replace(b"h" * 32, head)
    for old, new in swaps:
        state = state.replace(old, new)
    c, due = pattern.case, pattern.due
    place = {HERE: here.decode(), HOME: home.decode()}
    code = codes.make_query_code(rng.randbytes(16))
    values = [
        number, code, c.item, c.version, "gongan" if c.item == DIRECT else "canlian", place[c.receiving], person, None,
        c.channel, moment.isoformat(), c.opened_on, c.stage, place[c.holder], place[c.handling], c.decided_on, due.on,
        due.yellow, due.kind, due.provisional, c.looked, c.custody, c.closed, c.n, f"\\\\x{head.hex()}",
        f"\\\\x{state.hex()}",
    ]  # fmt: skip
    return "\t".join("\\N" if v is None else str(v) for v in values), lines


def load(work: Sequence[Job]) -> Iterator[int]:
    """Copy the cases of these jobs in two processes; yields how many came with each job. Indexes are laid aside meanwhile."""
    from django.db import connection, connections

    with connection.cursor() as cursor:
        cursor.execute(
            "select format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), "
            "format('alter table %s drop constraint %I', conrelid::regclass, conname) from pg_constraint "
            "where conrelid in ('cases_case'::regclass, 'cases_fact'::regclass) and contype = 'p'"
        )
        keys = cursor.fetchall()
        cursor.execute(
            "select indexdef, format('drop index %I', indexname) from pg_indexes where tablename in "
            "('cases_case', 'cases_fact') and indexname not in (select conname from pg_constraint)"
        )
        indexes = cursor.fetchall()
        for _, drop in (*keys, *indexes):
            cursor.execute(drop)
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        yield from pool.imap_unordered(_copy, work)
    with connection.cursor() as cursor:
        cursor.execute("set maintenance_work_mem = '512MB'")
        for make, _ in (*keys, *indexes):
            cursor.execute(make)
        cursor.execute("vacuum (analyze) cases_case, cases_fact")


def size() -> float:
    """GB of the database on disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        return float(cursor.fetchone()[0]) / 1e9
