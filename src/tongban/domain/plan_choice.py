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
    """Items by number with their working days; edges (before, after, calendar days between); ``visits`` cannot be avoided and
    ``papers`` (a mask) are brought whatever is chosen."""

    days: tuple[int, ...]
    edges: tuple[tuple[int, int, int], ...]
    needs: tuple[Need, ...]
    visits: int
    clock: Days
    papers: int = 0


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


# An item (as a bit) waits for one of these makers (a mask) unless one of these ways around it (a mask) is opened.
_Wait = tuple[int, int, int]


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
    left = _forced(problem)
    if left is None:
        return None
    best: Choice | None = None
    needs = [_masked(need) for need in left.needs]
    for mask in _masks(left):
        if best is not None and visits_of(mask) > best.cost[0]:
            break
        for found in _within(left, needs, mask):
            if best is None or found.cost < best.cost:
                best = found
    return best


def _forced(problem: Problem) -> Problem | None:
    """What is left to choose when all is brought that has no other way; None when a need has no way. What that makes necessary
    settles others: a paper is there for all, and to a visit that is made anyway what follows is brought."""
    papers, visits = problem.papers, problem.visits
    for need in problem.needs:
        if not need.makers and not need.fields and need.follow < 0:
            if need.paper < 0:
                return None
            papers |= 1 << need.paper
            visits |= need.paper_visit
    left = tuple(
        need
        for need in problem.needs
        if (need.follow < 0 or need.follow & ~visits)
        and not (need.paper >= 0 and papers >> need.paper & 1 and not need.paper_visit & ~visits)
    )
    return problem._replace(visits=visits, needs=left, papers=papers)


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
    all_papers, all_fields = (
        problem.papers | _union(need.paper for need in needs),
        _union(need.fields for need in needs),
    )
    sweep, clock = _Sweep(problem, needs), problem.clock
    swept = sweep.run(all_papers, all_fields)
    if swept is None:
        # Not even with everything opened: a circle of fixed order.
        return
    bound = clock.working(max(swept.ends, default=0))
    if not needs:
        cost = (visits_of(visits), problem.papers.bit_count(), 0, bound)
        yield Choice(cost, visits, problem.papers, 0, swept.begins, swept.ends, swept.order)
        return
    must = problem.papers | _union(need.paper for need in needs if not need.makers and not need.fields)
    bringing = _Cuts(problem, ((1 << n.item, n.makers_mask, n.paper) for n in needs if not n.fields), must)
    # The cuts found with some papers hold with all that do not hit them, so they are found once for all sets of papers.
    width = all_papers.bit_length()
    asking = _Cuts(problem, ((1 << n.item, n.makers_mask, n.fields << width | n.paper) for n in needs), 0)
    most = all_fields.bit_count()
    always = _union(n.fields for n in needs if not n.makers and not n.paper and n.fields.bit_count() == 1).bit_count()
    for papers in _fewest(bringing, must, len(needs)):
        left = [need for need in needs if not need.paper & papers]
        typed = _union(n.fields for n in left if not n.makers and n.fields.bit_count() == 1)
        least = -1
        passed = _dominated(left) << width | all_papers
        for opened in _fewest(asking, typed << width | papers, most - typed.bit_count(), passed):
            fields = opened >> width
            swept = sweep.run(papers, fields)
            assert swept is not None
            taken = clock.working(max(swept.ends, default=0))
            cost = (visits_of(visits), papers.bit_count(), fields.bit_count(), taken)
            yield Choice(cost, visits, papers, fields, swept.begins, swept.ends, swept.order)
            # From here on only fewer fields, or as many and fewer days, would be better.
            most = fields.bit_count() - (taken == bound)
            if most < always:
                return
            if taken == bound:
                break
            # With all fields opened nobody waits for fewer days.
            least = least if least >= 0 else sweep.days(papers, all_fields) or 0
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


def _dominated(needs: list[_Open]) -> int:
    """Of two fields that settle a need the one that settles no more than the other is never better: those are left out."""
    several = [need.fields for need in needs if need.fields & need.fields - 1]
    if not several:
        return 0
    serves: dict[int, int] = {}
    for i, need in enumerate(needs):
        for field in _bits(need.fields):
            serves[field] = serves.get(field, 0) | 1 << i

    def worse(field: int, than: int) -> bool:
        return not serves[field] & ~serves[than] and (serves[field] != serves[than] or than < field)

    return _union(f for fields in several for f in _bits(fields) if any(worse(f, g) for g in _bits(fields) if g != f))


def _bits(mask: int) -> list[int]:
    """The single bits of a mask."""
    found = []
    while mask:
        found.append(mask & -mask)
        mask &= mask - 1
    return found


def _fewest(cuts: "_Cuts", must: int, most: int, passed: int = 0) -> Iterator[int]:
    """All smallest sets of ways that hold ``must`` and at most ``most`` more, none of ``passed``, and break every circle, each
    once. Every set that does so hits every cut, so cuts are looked for only where those known are hit already; a way passed
    over is not tried again below."""
    known = cuts.known

    def reached(opened: int, passed: int, budget: int, left: list[_Wait]) -> Iterator[int]:
        missed = [cut & ~passed for cut in known if not cut & opened]
        if not missed:
            # What ended with fewer ways opened has ended here, too: only what was left is looked at again.
            left = cuts.left(left, opened)
            if not left:
                yield opened
                return
            more = cuts.among(left)
            known.extend(more)
            missed = [cut & ~passed for cut in more]
        if _apart(missed) <= budget:
            for way in _bits(min(missed, key=int.bit_count)):
                yield from reached(opened | way, passed, budget - 1, left)
                passed |= way

    for budget in range(min(most, cuts.all_ways.bit_count()) + 1):
        found = False
        for opened in reached(must, passed, budget, cuts.waits):
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
    """Finds circles among waits. ``must`` is opened in any case."""

    def __init__(self, problem: Problem, waits: Iterable[_Wait], must: int) -> None:
        self.every = (1 << len(problem.days)) - 1
        fixed = ((1 << then, 1 << first, 0) for first, then, _ in problem.edges)
        # Few makers and few ways around make small cuts: those come first. What ends even now never stands in a circle.
        left = self.left(list({*waits, *fixed}), must)
        self.waits = sorted(left, key=lambda wait: (wait[1].bit_count(), wait[2].bit_count(), wait))
        self.all_ways = _union(way for _, _, way in self.waits)
        self.known: list[int] = []

    def left(self, waits: list[_Wait], opened: int) -> list[_Wait]:
        """The waits of items that never end when these ways are opened."""
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

    def among(self, left: list[_Wait]) -> list[int]:
        """The cuts of what is left over: of each at least one way must be opened (0: nothing helps)."""
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


def _closed(makers: dict[int, int]) -> list[int]:
    """The smallest sets that wait for nothing outside themselves. They share nothing; larger ones hold one of them, and whoever
    breaks that breaks them. Each is found by following one wait after the other, taking together what waits in a circle."""
    found, looked = [], 0
    for start in makers:
        if start & looked:
            continue
        path: list[tuple[int, int]] = []
        group, on_path, out = start, start, makers[start]
        while out and not out & looked:
            ahead = out & -out
            if ahead & on_path:
                while not ahead & group:
                    earlier, others = path.pop()
                    group, out = group | earlier, out | others
            else:
                path.append((group, out))
                group, on_path, out = ahead, on_path | ahead, makers[ahead]
            out &= ~group
        if not out:
            found.append(group)
        looked |= on_path
    return found


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
