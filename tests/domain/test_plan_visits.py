"""Visits: shared where they can be, at the right center where they must be, and never made for what can be sent."""

from typing import Any

from hypothesis import given

from tests.domain.events import CALENDAR, MONDAY, drawn, item, material, ready, registry
from tongban.domain.composer import compose
from tongban.domain.element import Element
from tongban.domain.item import Field, ItemVersion, PaperNeed, Visits
from tongban.domain.life_event import EventItem
from tongban.domain.material import Alternative
from tongban.domain.plan import Circumstances, Plan
from tongban.domain.plan_words import Words
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text

WHY = Text("x")
HOME, ELSEWHERE = "310110009", "310107005"
KNOWN = registry(
    (Element("hukou_division", Text("户籍街镇"), "division"),),
    (material("deed", Alternative(paper="original")), material("copy", Alternative(paper="copy"))),
)


class _Center:
    def __init__(self, code: str) -> None:
        self.code, self.name = code, code


class _Places:
    def center_of(self, division: str) -> _Center | None:
        return _Center(division[:9]) if len(division) >= 9 else None


def local(**parts: Any) -> ItemVersion:
    return item("local", scope="local", home="hukou", fields=(Field("hukou_division"),), **parts)


def made(*versions: ItemVersion, **given: Any) -> Plan:
    prepared = ready(tuple(EventItem(v.code, WHY) for v in versions), versions, KNOWN)
    answers = {"hukou_division": HOME}
    return compose(prepared, Circumstances(MONDAY, answers, **given), CALENDAR, _Places())


def visits(plan: Plan) -> list[tuple[str, str]]:
    return [(visit.when, visit.place) for visit in plan.visits]


def test_what_any_center_may_see_is_shown_where_one_must_go_anyway() -> None:
    direct = item("direct", papers=(PaperNeed("deed"),))
    bound = local(visits=Visits(1, WHY, ("presence",)))
    assert visits(made(direct)) == [("start", "")]
    assert visits(made(direct, bound)) == [("start", HOME)]
    at_home = made(direct, bound, channel="window", center=HOME)
    assert visits(at_home) == [("start", HOME)]


def test_at_another_counter_a_bound_item_costs_a_visit_to_its_home() -> None:
    """The person stands in one center, and one of the items is done only in another."""
    plan = made(item("direct"), local(visits=Visits(1, WHY, ("presence",))), channel="window", center=ELSEWHERE)
    assert visits(plan) == [("start", ELSEWHERE), ("start", HOME)]
    assert [visit.because for visit in plan.visits] == [(("direct", "window"),), (("local", "presence"),)]


def test_nothing_is_shown_that_can_be_sent() -> None:
    plan = made(
        item("direct", papers=(PaperNeed("copy", original=False, copies=1),), visits=Visits(1, WHY, ("papers",)))
    )
    assert (plan.after.papers, plan.after.visits, plan.before.visits) == (1, 0, 1)


def test_results_are_collected_together_or_not_at_all() -> None:
    collect = Visits(1, WHY, ("collect",))
    mailed = made(item("a", days=3, visits=collect), item("b", days=5, visits=collect))
    assert visits(mailed) == []
    counter = [item(code, days=days, visits=collect, delivery=("counter",)) for code, days in (("a", 3), ("b", 5))]
    plan = made(*counter)
    assert visits(plan) == [("later", "")]
    (later,) = [step for step in plan.steps if step.kind == "later"]
    assert (later.start_day, set(later.after)) == (5, {"a", "b"})
    # What is ready while one stands there needs no second visit.
    assert visits(made(item("c", visits=collect, delivery=("counter",)))) == [("start", "")]


def test_what_was_received_elsewhere_needs_days_to_get_home() -> None:
    split = item("split", scope="split", home="hukou", days=5, fields=(Field("hukou_division"),))
    assert made(split, channel="window", center=HOME).after.days == 5
    away = made(split, channel="window", center=ELSEWHERE)
    assert away.after.days == 7
    assert [(s.because, s.count) for s in away.savings if s.unit == "day"] == [("transfer", -2)]
    assert made(split).after.days == 5, "sent there online"


def test_an_empty_plan_is_a_plan() -> None:
    plan = made(item("a", days=3), chosen=frozenset())
    assert (plan.composed, plan.steps, plan.after.links, plan.end) == ((), (), 0, MONDAY)


@given(drawn(deferrals=True))
def test_every_saving_has_words(one: tuple[Prepared, Circumstances]) -> None:
    words = Words(one[0])
    for saving in compose(*one, CALENDAR).savings:
        assert "{" not in words.why(saving).zh and words.thing(saving) is not None
