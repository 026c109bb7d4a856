"""The choice of a plan is the best there is: compared with trying everything, over thousands of small problems."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from tongban.domain.calendar import Calendar
from tongban.domain.plan_choice import LATER, START, Choice, Need, Problem, choose, visits_of
from tongban.domain.plan_days import Days, days_from

CALENDAR = Calendar.of([])
MONDAY = dt.date(2026, 11, 23)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Two to five items, a few edges, needs with up to three ways each; circles, shared papers and fields are likely."""
    n = draw(st.integers(2, 5))
    item = st.integers(0, n - 1)
    days = tuple(draw(st.lists(st.sampled_from([0, 0, 1, 2, 3, 5, 8]), min_size=n, max_size=n)))
    pairs = draw(st.lists(st.tuples(item, item, st.sampled_from([0, 0, 0, 3, 10])), max_size=3))
    needs = []
    for _ in range(draw(st.integers(1, 6))):
        owner = draw(item)
        makers = tuple(sorted({k for k in draw(st.lists(item, max_size=2)) if k != owner}))
        fields = tuple(sorted(draw(st.sets(st.integers(0, 3), max_size=2))))
        paper = draw(st.integers(-1, 3))
        visit = draw(st.sampled_from([0, START, START, 4, 8]))
        follow = draw(st.sampled_from([-1, -1, -1, 0, LATER]))
        needs.append(Need(owner, makers, fields, paper, visit, follow))
    forced = draw(st.sampled_from([0, 0, START, LATER, START | 4]))
    edges = tuple((a, b, wait) for a, b, wait in pairs if a != b)
    brought = draw(st.sampled_from([0, 0, 0, 0b1, 0b1100]))
    return Problem(days, edges, tuple(needs), forced, days_from(CALENDAR, MONDAY), brought)


def schedule(problem: Problem, edges: list[tuple[int, int, int]]) -> list[int] | None:
    """When items end under fixed edges; None in a circle. By going over all edges again and again, as one would by hand."""
    n = len(problem.days)
    left, ends, begins = set(range(n)), [0] * n, [0] * n
    while left:
        ready = [i for i in left if not any(b == i and a in left for a, b, _ in edges)]
        if not ready:
            return None
        for i in ready:
            begins[i] = max((ends[a] + wait for a, b, wait in edges if b == i), default=0)
            ends[i] = problem.clock.add(begins[i], problem.days[i])
        left -= set(ready)
    return ends


def all_ways(problem: Problem) -> tuple[int, int, int, int] | None:
    """The best cost by trying every way of every need."""
    ways = []
    for need in problem.needs:
        own = [("maker", k) for k in need.makers] + [("field", f) for f in need.fields]
        own += [("paper", need.paper)] if need.paper >= 0 else []
        own += [("follow", need.follow)] if need.follow >= 0 else []
        ways.append(own)
    best = None
    for taken in itertools.product(*ways):
        papers = {number for number in range(4) if problem.papers >> number & 1}
        visits, fields, edges = problem.visits, set(), list(problem.edges)
        for need, (kind, what) in zip(problem.needs, taken, strict=True):
            if kind == "maker":
                edges.append((what, need.item, 0))
            elif kind == "field":
                fields.add(what)
            elif kind == "paper":
                papers.add(what)
                visits |= need.paper_visit
            else:
                visits |= what
        ends = schedule(problem, edges)
        if ends is not None:
            cost = (visits_of(visits), len(papers), len(fields), problem.clock.working(max(ends)))
            best = cost if best is None or cost < best else best
    return best


@given(problems())
def test_nothing_is_better_than_what_is_chosen(problem: Problem) -> None:
    found, best = choose(problem), all_ways(problem)
    assert (found.cost if found else None) == best


@given(problems())
def test_what_is_chosen_can_be_done(problem: Problem) -> None:
    """Taking for every need any way that the choice leaves open gives the days it promises."""
    found = choose(problem)
    if found is None:
        return
    edges = list(problem.edges)
    for need in problem.needs:
        open_ways = any(found.fields >> f & 1 for f in need.fields) or (
            need.paper >= 0 and bool(found.papers >> need.paper & 1)
        )
        open_ways |= need.follow >= 0 and not need.follow & ~found.visits
        makers = [k for k in need.makers if found.usable(k, need.item)]
        assert open_ways or makers
        edges += [] if open_ways else [(makers[0], need.item, 0)]
    ends = schedule(problem, edges)
    assert ends is not None and all(end <= told for end, told in zip(ends, found.ends, strict=True))


def test_a_result_that_comes_late_is_worth_waiting_for_because_a_paper_costs_more_than_days() -> None:
    clock = Days(CALENDAR, MONDAY)
    waits = Problem((20, 1), (), (Need(1, makers=(0,), paper=0),), 0, clock)
    assert _cost(choose(waits)) == (0, 0, 0, 21)
    shown = waits._replace(needs=(Need(1, makers=(0,), paper=0), Need(0, paper=0, paper_visit=START)))
    # The other item asks for the paper anyway: then nobody waits for it.
    assert _cost(choose(shown)) == (1, 1, 0, 20)


def test_two_results_for_each_other_make_one_paper_necessary_and_not_two() -> None:
    clock = Days(CALENDAR, MONDAY)
    circle = (Need(0, makers=(1,), paper=0), Need(1, makers=(0,), paper=1, fields=(0,)))
    found = choose(Problem((3, 4), (), circle, 0, clock))
    assert _cost(found) == (0, 0, 1, 7)


def test_of_two_papers_that_break_a_circle_the_one_that_lets_the_long_way_begin_first() -> None:
    clock = Days(CALENDAR, MONDAY)
    for early, late in ((0, 1), (1, 0)):
        circle = (Need(0, makers=(1,), paper=early), Need(1, makers=(0,), paper=late), Need(2, makers=(0,), paper=2))
        found = choose(Problem((3, 4, 10), (), circle, 0, clock))
        assert _cost(found) == (0, 1, 0, 13)


def test_a_circle_of_fixed_order_has_no_plan() -> None:
    clock = Days(CALENDAR, MONDAY)
    assert choose(Problem((1, 1), ((0, 1, 0), (1, 0, 0)), (Need(0, paper=0),), 0, clock)) is None


def _cost(choice: Choice | None) -> tuple[int, int, int, int]:
    assert choice is not None
    return choice.cost
