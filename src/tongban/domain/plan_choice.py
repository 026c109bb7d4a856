"""The exact choice behind a plan: which of the ways to satisfy each need to take, so that visits, then papers to bring, then
fields to type, then days are fewest. Choices interact (a result adds an edge and days, one paper serves several items), so
taking the best way need by need is wrong. Sets are opened only as far as must be, and days for opened sets cost one sweep."""

import heapq
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tongban.domain.plan_days import Days

# Visits as a mask: one visit at any center before it starts, one after, and one for every place that nothing else will do.
START, LATER = 1, 2
PLACES = 2


class Need(NamedTuple):
    """What an item must have before it begins, and the ways to it: the result of another item (``makers``), one of
    ``fields`` filled in, a ``paper`` handed in (which may take a visit), or a promise that it will ``follow`` (-1: no)."""

    item: int
    makers: tuple[int, ...] = ()
    fields: tuple[int, ...] = ()
    paper: int = -1
    paper_visit: int = 0
    follow: int = -1


class Problem(NamedTuple):
    """Items by number with their working days; edges (before, after, calendar days between); ``visits`` cannot be avoided."""

    days: tuple[int, ...]
    edges: tuple[tuple[int, int, int], ...]
    needs: tuple[Need, ...]
    visits: int
    clock: Days


class Choice(NamedTuple):
    """The best: its cost (visits, papers, fields, days), what is opened, and when each item begins and ends (days after
    the start). ``order``: the place of each item in the order of ending, which no result may be used against."""

    cost: tuple[int, int, int, int]
    visits: int
    papers: frozenset[int]
    fields: frozenset[int]
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    order: tuple[int, ...]

    def usable(self, maker: int, item: int) -> bool:
        """Whether the result of ``maker`` is there when ``item`` begins."""
        return self.order[maker] < self.order[item] and self.ends[maker] <= self.begins[item]


class _Open(NamedTuple):
    """A need that is not settled by a promise: what may still settle it under the visits looked at."""

    item: int
    makers: tuple[int, ...]
    fields: frozenset[int]
    paper: int


_Set = frozenset[int]


def visits_of(mask: int) -> int:
    """How many visits a mask stands for: papers that any center may see are shown at a place one must go to anyway."""
    return max(mask & START, (mask >> PLACES).bit_count()) + (mask >> 1 & 1)


def choose(problem: Problem) -> Choice | None:
    """The cheapest choice in the order visits, papers, fields, days; None when a circle leaves no way at all."""
    best: Choice | None = None
    for mask in _masks(problem):
        if best is not None and visits_of(mask) > best.cost[0]:
            break
        for found in _within(problem, mask):
            if best is None or found.cost < best.cost:
                best = found
    return best


def _masks(problem: Problem) -> list[int]:
    """Every set of visits that might do, the fewest visits first; of two for one price only the wider."""
    useful = problem.visits
    for need in problem.needs:
        useful |= need.paper_visit if need.paper >= 0 else 0
        useful |= need.follow if need.follow > 0 else 0
    masks = {problem.visits}
    for bit in range(useful.bit_length()):
        if useful >> bit & 1:
            masks |= {mask | 1 << bit for mask in masks}
    wide = {mask | START if mask >> PLACES else mask for mask in masks}
    return sorted(wide, key=lambda mask: (visits_of(mask), mask))


def _within(problem: Problem, mask: int) -> Iterator[Choice]:
    """The choices with fewest papers, then fewest fields, that these visits allow (several when days must tell)."""
    needs = _opened(problem, mask)
    if needs is None:
        return
    every = frozenset(field for need in needs for field in need.fields)
    if isinstance(_sweep(problem, needs, frozenset(need.paper for need in needs), every), list):
        # Not even with everything opened: a circle of fixed order, which no search would find a way out of.
        return
    must = frozenset(need.paper for need in needs if not need.makers and not need.fields)
    for papers in _fewest(must, lambda opened: _sweep(problem, needs, opened, every), lambda need: (need.paper,)):
        left = _undominated([need for need in needs if need.paper not in papers])
        typed = frozenset(next(iter(need.fields)) for need in left if not need.makers and len(need.fields) == 1)
        sweep = _sweeper(problem, left, papers)
        for fields in _fewest(typed, sweep, lambda need: tuple(sorted(need.fields))):
            swept = sweep(fields)
            assert isinstance(swept, _Swept)
            days = problem.clock.working(max(swept.ends, default=0))
            cost = (visits_of(mask), len(papers), len(fields), days)
            yield Choice(cost, mask, papers, fields, swept.begins, swept.ends, swept.order)


def _opened(problem: Problem, mask: int) -> list[_Open] | None:
    """The needs that remain under these visits; None when one of them has no way left."""
    found = []
    for need in problem.needs:
        if need.follow >= 0 and not need.follow & ~mask:
            continue
        paper = need.paper if need.paper >= 0 and not need.paper_visit & ~mask else -1
        if paper < 0 and not need.makers and not need.fields:
            return None
        found.append(_Open(need.item, need.makers, frozenset(need.fields), paper))
    return found


def _undominated(needs: list[_Open]) -> list[_Open]:
    """Of two fields that settle a need the one that settles no more than the other is never better: leave it out."""
    if all(len(need.fields) < 2 for need in needs):
        return needs
    serves: dict[int, set[int]] = {}
    for i, need in enumerate(needs):
        for field in need.fields:
            serves.setdefault(field, set()).add(i)

    def better(a: int, b: int) -> bool:
        return serves[a] > serves[b] or (serves[a] == serves[b] and a < b)

    return [
        need._replace(fields=frozenset(f for f in need.fields if not any(better(other, f) for other in need.fields)))
        for need in needs
    ]


class _Swept(NamedTuple):
    """When all items begin and end, and in which order they end."""

    begins: tuple[int, ...]
    ends: tuple[int, ...]
    order: tuple[int, ...]


_Sweep = Callable[[_Set], "_Swept | list[_Open]"]


def _fewest(must: _Set, sweep: _Sweep, ways: Callable[[_Open], tuple[int, ...]]) -> list[_Set]:
    """All smallest sets that hold ``must`` and let the sweep come to its end. A sweep that stands still tells the needs of
    which at least one must be settled, so only those are tried."""
    level = [must]
    while level:
        good, stuck = [], []
        for opened in level:
            swept = sweep(opened)
            if isinstance(swept, _Swept):
                good.append(opened)
            else:
                stuck.append((opened, swept))
        if good:
            return good
        wider = {opened | {way} for opened, needs in stuck for need in _narrow(needs) for way in ways(need) if way >= 0}
        level = sorted(wider - set(level), key=sorted)
    return []


def _narrow(needs: list[_Open]) -> list[_Open]:
    """A need that no item can settle must be settled itself: then it alone need be looked at."""
    sure = next((need for need in needs if not need.makers), None)
    return needs if sure is None else [sure]


def _sweeper(problem: Problem, needs: list[_Open], papers: _Set) -> _Sweep:
    return lambda fields: _sweep(problem, needs, papers, fields)


def _sweep(problem: Problem, needs: list[_Open], papers: _Set, fields: _Set) -> "_Swept | list[_Open]":
    """Let every item begin as soon as all it waits for is there, each need by the first maker that ends. Since items are
    taken in the order of their ends, every end is the earliest possible (Knuth's generalisation of Dijkstra's method).
    Returns the needs that stand in the way when items wait for each other in a circle."""
    n, clock = len(problem.days), problem.clock
    waiting, begins, ends, order = [0] * n, [0] * n, [-1] * n, [0] * n
    after: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    makes: list[list[int]] = [[] for _ in range(n)]
    for first, then, days in problem.edges:
        waiting[then] += 1
        after[first].append((then, days))
    live = [need for need in needs if need.paper not in papers and not need.fields & fields]
    for i, need in enumerate(live):
        waiting[need.item] += 1
        for maker in need.makers:
            makes[maker].append(i)
    settled = [False] * len(live)
    heap = [(clock.add(0, days), i) for i, days in enumerate(problem.days) if not waiting[i]]
    heapq.heapify(heap)
    done = 0

    def arrived(item: int, at: int) -> None:
        begins[item] = max(begins[item], at)
        waiting[item] -= 1
        if not waiting[item]:
            heapq.heappush(heap, (clock.add(begins[item], problem.days[item]), item))

    while heap:
        end, item = heapq.heappop(heap)
        ends[item], order[item], done = end, done, done + 1
        for then, days in after[item]:
            arrived(then, end + days)
        for i in makes[item]:
            if not settled[i]:
                settled[i] = True
                arrived(live[i].item, end)
    if done == n:
        return _Swept(tuple(begins), tuple(ends), tuple(order))
    return [need for need, is_settled in zip(live, settled, strict=True) if not is_settled]
