"""The exact choice behind a plan: which of the ways to satisfy each need to take, so that visits, then papers to bring, then
fields to type, then days are fewest. Choices interact (a result adds an edge and days, one paper serves several items), so
taking the best way need by need is wrong. Ways that cost are opened only as far as must be: where items wait for each other,
one of the few ways that break the circle; when each item then ends is one sweep."""

import heapq
from collections.abc import Iterable, Iterator
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
    """The best: its cost (visits, papers, fields, days), what is opened (as masks of numbers), and when each item begins and
    ends (days after the start). ``order``: the place of each item in the order of ending, which no result goes against."""

    cost: tuple[int, int, int, int]
    visits: int
    papers: int
    fields: int
    begins: tuple[int, ...]
    ends: tuple[int, ...]
    order: tuple[int, ...]

    def usable(self, maker: int, item: int) -> bool:
        """Whether the result of ``maker`` is there when ``item`` begins."""
        return self.order[maker] < self.order[item] and self.ends[maker] <= self.begins[item]


class _Open(NamedTuple):
    """A need that no promise settles: the makers, and masks of the fields and the paper that may still settle it."""

    item: int
    makers: tuple[int, ...]
    makers_mask: int
    fields: int
    paper: int


def visits_of(mask: int) -> int:
    """How many visits a mask stands for: papers that any center may see are shown at a place one must go to anyway."""
    return max(mask & START, (mask >> PLACES).bit_count()) + (mask >> 1 & 1)


def choose(problem: Problem) -> Choice | None:
    """The cheapest choice in the order visits, papers, fields, days; None when a circle leaves no way at all."""
    best: Choice | None = None
    needs = [_masked(need) for need in problem.needs]
    for mask in _masks(problem):
        if best is not None and visits_of(mask) > best.cost[0]:
            break
        for found in _within(problem, needs, mask):
            if best is None or found.cost < best.cost:
                best = found
    return best


def _masks(problem: Problem) -> list[int]:
    """Every set of visits that might do, the fewest visits first."""
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


def _within(problem: Problem, masked: list[tuple[_Open, int, int]], visits: int) -> Iterator[Choice]:
    """The choices with fewest papers, then fewest fields, that these visits allow (several when days must tell)."""
    needs = _opened(masked, visits)
    if needs is None:
        return
    every = _union(need.fields for need in needs)
    bound = _Sweep(problem, needs).days(_union(need.paper for need in needs), every)
    if bound is None:
        # Not even with everything opened: a circle of fixed order.
        return
    must = _union(need.paper for need in needs if not need.makers and not need.fields)
    brought = ((1 << need.item, need.makers_mask, need.paper) for need in needs if not need.fields)
    always = _union(n.fields for n in needs if not n.makers and not n.paper and n.fields.bit_count() == 1)
    fewest = every.bit_count()
    for papers in _fewest(_Cuts(problem, brought, must), must, len(needs)):
        left = _undominated([need for need in needs if not need.paper & papers])
        typed = _union(need.fields for need in left if not need.makers and need.fields.bit_count() == 1)
        sweep = _Sweep(problem, left)
        # With all fields opened nobody waits for fewer days.
        least = sweep.days(0, every)
        asked = ((1 << need.item, need.makers_mask, need.fields) for need in left)
        for fields in _fewest(_Cuts(problem, asked, typed), typed, fewest - typed.bit_count()):
            swept = sweep.run(0, fields)
            assert swept is not None
            fewest, taken = fields.bit_count(), problem.clock.working(max(swept.ends, default=0))
            cost = (visits_of(visits), papers.bit_count(), fewest, taken)
            yield Choice(cost, visits, papers, fields, swept.begins, swept.ends, swept.order)
            if taken == bound and fewest == always.bit_count():
                return
            if taken == least:
                break


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _masked(need: Need) -> tuple[_Open, int, int]:
    """A need with its ways as masks, and the visits that its paper and its promise take."""
    makers = fields = 0
    for maker in need.makers:
        makers |= 1 << maker
    for field in need.fields:
        fields |= 1 << field
    opened = _Open(need.item, need.makers, makers, fields, 1 << need.paper if need.paper >= 0 else 0)
    return opened, need.paper_visit, need.follow


def _opened(needs: list[tuple[_Open, int, int]], visits: int) -> list[_Open] | None:
    """The needs that remain under these visits; None when one of them has no way left."""
    found = []
    for need, visit, follow in needs:
        if follow >= 0 and not follow & ~visits:
            continue
        if visit & ~visits and need.paper:
            if not need.makers and not need.fields:
                return None
            need = need._replace(paper=0)
        elif not need.paper and not need.makers and not need.fields:
            return None
        found.append(need)
    return found


def _undominated(needs: list[_Open]) -> list[_Open]:
    """Of two fields that settle a need the one that settles no more than the other is never better: leave it out."""
    if all(need.fields.bit_count() < 2 for need in needs):
        return needs
    serves: dict[int, int] = {}
    for i, need in enumerate(needs):
        for field in _bits(need.fields):
            serves[field] = serves.get(field, 0) | 1 << i

    def worse(field: int, than: int) -> bool:
        return not serves[field] & ~serves[than] and (serves[field] != serves[than] or than < field)

    def kept(fields: int) -> int:
        bits = _bits(fields)
        return _union(f for f in bits if not any(worse(f, other) for other in bits if other != f))

    return [need._replace(fields=kept(need.fields)) for need in needs]


def _bits(mask: int) -> list[int]:
    """The single bits of a mask."""
    found = []
    while mask:
        found.append(mask & -mask)
        mask &= mask - 1
    return found


def _fewest(cuts: "_Cuts", must: int, most: int) -> Iterator[int]:
    """All smallest sets of ways that hold ``must`` and at most ``most`` more, and break every circle, each once. Every set that
    does so hits every cut, so cuts are looked for only where those known are hit already; a way passed over is not tried
    again below."""
    known: list[int] = []

    def reached(opened: int, banned: int, budget: int) -> Iterator[int]:
        missed = [cut & ~banned for cut in known if not cut & opened]
        if not missed:
            more = cuts.missed(opened)
            if not more:
                yield opened
                return
            known.extend(more)
            missed = [cut & ~banned for cut in more]
        if _apart(missed) <= budget:
            for way in _bits(min(missed, key=int.bit_count)):
                yield from reached(opened | way, banned, budget - 1)
                banned |= way

    for budget in range(min(most, cuts.all_ways.bit_count()) + 1):
        found = False
        for opened in reached(must, 0, budget):
            found = True
            yield opened
        if found:
            return


def _apart(cuts: list[int]) -> int:
    """So many cuts, at least, share no way: each of them takes a way of its own."""
    hit = count = 0
    for cut in sorted(cuts, key=int.bit_count):
        if not cut & hit:
            hit, count = hit | cut, count + 1
    return count


class _Cuts:
    """Finds circles among waits: (the item as a bit, the makers it waits for as a mask, the ways around it as a mask).
    ``must`` is opened in any case."""

    def __init__(self, problem: Problem, waits: Iterable[tuple[int, int, int]], must: int) -> None:
        self.every = (1 << len(problem.days)) - 1
        fixed = ((1 << then, 1 << first, 0) for first, then, _ in problem.edges)
        # Few makers and few ways around make small cuts: those come first. What ends even now never stands in a circle.
        left = self._left(list({*waits, *fixed}), must)
        self.waits = sorted(left, key=lambda wait: (wait[1].bit_count(), wait[2].bit_count(), wait))
        self.all_ways = _union(way for _, _, way in self.waits)

    def _left(self, waits: list[tuple[int, int, int]], opened: int) -> list[tuple[int, int, int]]:
        """The waits of items that never end."""
        left = [wait for wait in waits if not wait[2] & opened]
        while True:
            stopped = 0
            for item, _, _ in left:
                stopped |= item
            ended = self.every & ~stopped
            still = [wait for wait in left if not wait[1] & ended]
            if len(still) == len(left):
                return left
            left = still

    def missed(self, opened: int) -> list[int]:
        """Cuts that these ways do not hit: of each at least one way must be opened (0: nothing helps). Empty when all items
        come to their end."""
        left = self._left(self.waits, opened)
        if not left:
            return []
        if not left[0][1]:
            return [left[0][2]]
        # Items left over wait, each for makers that are left over too. In a set of them that is closed under one such wait
        # each, the first to end cannot have waited: the way around its wait is opened, whatever else is.
        makers: dict[int, int] = {}
        around: dict[int, int] = {}
        for item, mask, way in left:
            if item not in makers:
                makers[item], around[item] = mask, way
        return [_union(around[item] for item in _bits(mask)) for mask in _closed(makers)]


def _closed(makers: dict[int, int]) -> set[int]:
    """For each item all that it waits for, directly or through others."""
    reach = dict(makers)
    for through in reach:
        further = reach[through]
        for item, seen in reach.items():
            if seen & through:
                reach[item] = seen | further
    return set(reach.values())


class _Swept(NamedTuple):
    """When all items begin and end, and in which order they end."""

    begins: tuple[int, ...]
    ends: tuple[int, ...]
    order: tuple[int, ...]


class _Sweep:
    """Lets every item begin as soon as all it waits for is there, each need by the first maker that ends."""

    def __init__(self, problem: Problem, needs: list[_Open]) -> None:
        self.problem, self.needs = problem, needs
        n = len(problem.days)
        self.after: list[list[tuple[int, int]]] = [[] for _ in range(n)]
        self.waiting = [0] * n
        for first, then, days in problem.edges:
            self.waiting[then] += 1
            self.after[first].append((then, days))
        self.makes: list[list[int]] = [[] for _ in range(n)]
        for i, need in enumerate(needs):
            for maker in need.makers:
                self.makes[maker].append(i)

    def days(self, papers: int, fields: int) -> int | None:
        """The working days with these opened; None when it does not come to its end."""
        swept = self.run(papers, fields)
        return self.problem.clock.working(max(swept.ends, default=0)) if swept else None

    def run(self, papers: int, fields: int) -> _Swept | None:
        """The sweep with these opened; None when it does not come to its end. Since items are taken in the order of their
        ends, every end is the earliest possible (Knuth's generalisation of Dijkstra's method)."""
        days, add = self.problem.days, self.problem.clock.add
        n = len(days)
        settled = [bool(need.paper & papers or need.fields & fields) for need in self.needs]
        waiting = self.waiting.copy()
        for need, is_settled in zip(self.needs, settled, strict=True):
            if not is_settled:
                waiting[need.item] += 1
        begins, ends, order = [0] * n, [-1] * n, [0] * n
        heap = [(add(0, days[i]), i) for i in range(n) if not waiting[i]]
        heapq.heapify(heap)
        done = 0

        def arrived(item: int, at: int) -> None:
            if at > begins[item]:
                begins[item] = at
            waiting[item] -= 1
            if not waiting[item]:
                heapq.heappush(heap, (add(begins[item], days[item]), item))

        while heap:
            end, item = heapq.heappop(heap)
            ends[item], order[item], done = end, done, done + 1
            for then, wait in self.after[item]:
                arrived(then, end + wait)
            for i in self.makes[item]:
                if not settled[i]:
                    settled[i] = True
                    arrived(self.needs[i].item, end)
        return _Swept(tuple(begins), tuple(ends), tuple(order)) if done == n else None
