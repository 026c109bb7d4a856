"""After a day: is the city one city? Whatever was promised must have arrived, and every case must stand on all nodes that hold it
with one and the same chain, at exactly one holder. Reads the databases of the nodes beside each other, as nobody else can."""

import heapq
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import msgspec
import psycopg

from tongban.domain.case import Case
from tongban.domain.nodes import Nodes
from tongban.registers.cases import rows as case_rows


class Backlog(msgspec.Struct, frozen=True):
    """What a node still owes or is owed: letters written and not yet applied at the other side, letters parked, bags that wait
    for earlier ones, bags that were refused, acts asked of others and by others, files that have not come whole."""

    letters: int
    parked: int
    bags: int
    refused: int
    asked: int
    to_do: int
    files: int
    recalling: int

    @property
    def quiet(self) -> bool:
        """Nothing is under way. What was refused never will be: it is counted and told."""
        return not any(getattr(self, name) for name in self.__struct_fields__ if name != "refused")


_BACKLOG = (
    "select (select coalesce(sum(last - delivered), 0)::int from exchange_out_lane) "
    "+ (select count(*)::int from exchange_letter where seq is null), "
    "(select count(*)::int from exchange_parked), "
    "(select count(*)::int from exchange_bag where reason = ''), (select count(*)::int from exchange_bag where reason <> ''), "
    "(select count(*)::int from exchange_request where state = 'waiting'), (select count(*)::int from exchange_came), "
    "(select count(*)::int from exchange_awaited_file), "
    "(select count(*)::int from exchange_relay where recalling is not null)"
)


def backlog(url: str) -> Backlog:
    """What waits at the node of this database."""
    with psycopg.connect(url) as line:
        (row,) = line.execute(_BACKLOG).fetchall()
    return Backlog(*row)


class Copy(msgspec.Struct, frozen=True):
    """A case as one node has it; ``chain`` is over the hashes of all its entries."""

    number: str
    node: str
    n: int
    head: bytes
    here: bool
    entries: int
    chain: str
    case: Case


_COPIES = (
    "select c.number, c.n, c.head, c.here, c.state, count(f.n)::int, "
    "md5(string_agg(encode(f.hash, 'hex'), ' ' order by f.n)) from cases_case c left join cases_fact f using (number) "
    'group by c.number order by c.number collate "C"'
)


def copies(node: str, url: str) -> Iterator[Copy]:
    """All cases of a node, in order of number."""
    with psycopg.connect(url) as line, line.cursor(name="copies") as cursor:
        cursor.itersize = 2_000
        for number, n, head, is_here, state, entries, chain in cursor.execute(_COPIES):
            yield Copy(number, node, n, bytes(head), is_here, entries, chain or "", case_rows.case(state))


class Compared(msgspec.Struct):
    """What came of it: cases of the city, copies of them, entries, cases that crossed from node to node, and all that is wrong."""

    cases: int = 0
    copies: int = 0
    entries: int = 0
    crossed: int = 0
    holders: dict[str, int] = msgspec.field(default_factory=dict)
    numbers: set[str] = msgspec.field(default_factory=set)
    wrong: list[str] = msgspec.field(default_factory=list)


def compare(urls: Mapping[str, str], nodes: Nodes) -> Compared:
    """Look at every case on every node."""
    found = Compared(holders=dict.fromkeys(urls, 0))
    streams = [copies(node, url) for node, url in urls.items()]
    for number, group in groupby(heapq.merge(*streams, key=lambda c: c.number), key=lambda c: c.number):
        held = list(group)
        found.cases += 1
        found.numbers.add(number)
        found.copies += len(held)
        found.entries += max(c.entries for c in held)
        found.wrong += _wrong(number, held, nodes)
        case = max(held, key=lambda c: c.n).case
        centers = {case.receiving, case.handling, case.holder, *case.centers}
        found.crossed += len({nodes.host(center) for center in centers}) > 1
        for copy in held:
            found.holders[copy.node] += copy.here
    return found


def _wrong(number: str, held: list[Copy], nodes: Nodes) -> Iterator[str]:
    where = {c.node: c for c in held}
    if len({(c.n, c.head, c.chain) for c in held}) > 1:
        yield f"{number}: differs: " + ", ".join(f"{c.node} has {c.n} entries, head {c.head.hex()[:8]}" for c in held)
    for copy in held:
        if copy.entries != copy.n:
            yield f"{number}: {copy.node} has {copy.entries} entries and says {copy.n}"
    longest = max(held, key=lambda c: c.n).case
    if missing := nodes.concerned(longest) - set(where):
        yield f"{number}: no copy at {', '.join(sorted(missing))}"
    holders = [c.node for c in held if c.here]
    if holders != [nodes.host(longest.holder)]:
        yield f"{number}: held by {holders or 'nobody'}, should be {nodes.host(longest.holder)}"


class Way(msgspec.Struct, frozen=True):
    """Milliseconds from commit to commit: hand-overs to the node that gets the pen, and facts to the city's copy."""

    handed: list[float]
    copied: list[float]


_COMMITS = (
    "select number, n, extract(epoch from pg_xact_commit_timestamp(xmin))::float8, "
    "case when kind in ('handed_over', 'handed_back') then body::json ->> 'to' end from cases_fact "
    "where pg_xact_commit_timestamp(xmin) is not null"
)


def ways(urls: Mapping[str, str], nodes: Nodes) -> Way:
    """How long letters took, by the commit times that the small databases keep (embedded.py): measured by nobody's watch but
    PostgreSQL's, from the moment an act was durable to the moment its copy was."""
    seen: dict[tuple[str, int], dict[str, float]] = {}
    to: dict[tuple[str, int], str] = {}
    for node, url in urls.items():
        with psycopg.connect(url) as line, line.cursor(name="commits") as cursor:
            cursor.itersize = 10_000
            for number, n, moment, center in cursor.execute(_COMMITS):
                seen.setdefault((number, n), {})[node] = moment
                if center:
                    to[number, n] = center
    handed, copied = [], []
    for place, moments in seen.items():
        first = min(moments.values())
        writer = min(moments, key=lambda node: moments[node])
        pen = nodes.host(to[place]) if place in to else ""
        if pen and pen != writer and pen in moments:
            handed.append((moments[pen] - first) * 1000)
        if writer != nodes.city and nodes.city in moments:
            copied.append((moments[nodes.city] - first) * 1000)
    return Way(sorted(handed), sorted(copied))


def at(ordered: list[float], share: float) -> float:
    """A percentile of sorted numbers; 0 of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    """What a database says."""
    with psycopg.connect(url) as line:
        return line.execute(sql).fetchall()
