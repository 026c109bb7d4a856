"""How items of a plan stand to each other: what a failed one takes with it, and what one will tell the next."""

from typing import Any

from tests.domain.events import CALENDAR, MONDAY, item, material, ready, registry
from tongban.domain.composer import compose
from tongban.domain.element import Element
from tongban.domain.event_check import never
from tongban.domain.expression import Expr
from tongban.domain.guidance import outcomes
from tongban.domain.item import Condition, Field, Result
from tongban.domain.life_event import After, EventItem
from tongban.domain.material import Alternative, CredentialKind
from tongban.domain.plan import Circumstances, Holdings, Known, Plan
from tongban.domain.plan_days import days_from
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text

WHY = Text("因为")
NUMBER = Expr("answer", value="number", kind="text", source="text")
HAS_NUMBER = Expr("known", (NUMBER,))
OLD = Expr("answer", value="old", kind="boolean", source="boolean")
THINGS = registry(
    (Element("number", Text("证号"), "text"), Element("old", Text("高龄"), "boolean")),
    (material("cert_paper", Alternative(credential="cert"), Alternative(paper="original")),),
    (CredentialKind("cert", Text("证"), "x", fields=("number",)),),
)
FIRST = item(
    "first", days=5, conditions=(Condition("old", Text("高龄"), test=OLD),), results=(Result(Text("证"), "cert"),)
)
SECOND = item(
    "second", days=2, conditions=(Condition("has", Text("已有证"), test=HAS_NUMBER),), fields=(Field("number"),)
)
THIRD = item("third", days=1)


def event() -> Prepared:
    """The first gives a number that the second asks for; the third waits for the second."""
    entries = (
        EventItem("first", WHY),
        EventItem("second", WHY, after=(After("first", WHY),)),
        EventItem("third", WHY, after=(After("second", WHY),)),
    )
    return ready(entries, (FIRST, SECOND, THIRD), THINGS)


def states(answers: dict[str, Any], **known: Any) -> tuple[dict[str, str], Plan]:
    given = Circumstances(MONDAY, answers, known=Known({}, {"self": Holdings(**known)}))
    plan = compose(event(), given, CALENDAR)
    return {i.item: i.state for i in plan.items}, plan


def test_what_an_earlier_item_will_tell_is_not_taken_for_missing() -> None:
    found, plan = states({"old": True})
    assert found == {"first": "in", "second": "maybe", "third": "in"}
    assert plan.after.days == 8


def test_who_cannot_have_the_first_cannot_begin_what_comes_after_it() -> None:
    found, plan = states({"old": False})
    assert found == {"first": "not_eligible", "second": "not_eligible", "third": "blocked"}
    assert plan.items[2].behind == "second" and plan.composed == ()


def test_a_result_from_earlier_is_as_good() -> None:
    assert states({"old": False, "number": "7"})[0] == {
        "first": "not_eligible",
        "second": "blocked",
        "third": "blocked",
    }
    assert states({"old": False, "number": "7"}, credentials=("cert",))[0]["second"] == "in"
    assert states({"old": False, "number": "7"}, results=("first",))[0]["third"] == "in"


def test_an_item_does_not_wait_for_what_only_it_gives_itself() -> None:
    alone = ready(
        (EventItem("first", WHY),),
        (item("first", conditions=(Condition("has", Text("有"), test=HAS_NUMBER),), results=FIRST.results),),
        THINGS,
    )
    assert compose(alone, Circumstances(MONDAY), CALENDAR).items[0].state == "not_eligible"


def test_guidance_says_what_comes_before() -> None:
    given = Circumstances(MONDAY, {"old": False, "number": "7"})
    told = {o.item: o for o in outcomes(event(), given, days_from(CALENDAR, MONDAY))}
    assert (told["third"].verdict, [t.zh for t in told["third"].because]) == ("not", ["要先办成“second”"])


def test_a_number_that_may_be_known_is_no_contradiction() -> None:
    both = Expr("all", (HAS_NUMBER, OLD))
    elements = {e.code: e for e in THINGS.elements.values()}
    assert not never(both, elements, MONDAY)
    assert never(Expr("all", (HAS_NUMBER, OLD, Expr("not", (OLD,)))), elements, MONDAY)
