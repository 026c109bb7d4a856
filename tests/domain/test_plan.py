"""Plans: the best of all ways (compared with trying all of them by the definitions, knowing nothing of how the composer
works), every difference explained, nothing asked twice, and nothing asked that an earlier item gives."""

import itertools
from typing import Any

from hypothesis import given

from tests.domain.events import CALENDAR, MONDAY, drawn, item, material, ready, registry
from tongban.domain.composer import compose, unaccounted
from tongban.domain.element import Choice, Element
from tongban.domain.expression import Expr
from tongban.domain.item import Field, PaperNeed, Prefill, Result, Visits
from tongban.domain.life_event import After, Deferral, EventItem, Person
from tongban.domain.material import Alternative, CredentialKind
from tongban.domain.plan import Circumstances, Holdings, Known, Plan
from tongban.domain.plan_days import days_from
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text

WHY = Text("x")
Drawn = tuple[Prepared, Circumstances]


class ByHand:
    """The cheapest way of a small event, found by trying every combination of ways."""

    def __init__(self, prepared: Prepared, given: Circumstances) -> None:
        self.versions = {term.entry.item: term.version for term in prepared.items}
        self.after = [(a.item, t.entry.item, a.wait_days) for t in prepared.items for a in t.entry.after]
        self.registry, self.given = prepared.registry, given
        self.held = given.known.people["self"]
        self.asked: dict[str, list[tuple[str, bool]]] = {
            f.element: [] for v in self.versions.values() for f in v.fields
        }
        for code, version in self.versions.items():
            for field in version.fields:
                self.asked[field.element].append((code, field.required))
        self.clock = days_from(CALENDAR, MONDAY)

    def makers(self, code: str, way: Alternative) -> list[str]:
        return [
            other
            for other, version in self.versions.items()
            if other != code
            and (way.result == other or (way.credential and way.credential in {r.credential for r in version.results}))
        ]

    def ways(self, code: str, need: PaperNeed) -> list[tuple[str, Any]]:
        kind = self.registry.materials[need.material]
        found: list[tuple[str, Any]] = []
        papers = []
        for way in kind.satisfied_by:
            if (
                way.credential in self.held.credentials
                or way.check in self.held.checks
                or way.declaration in self.asked
            ):
                return [("free", None)]
            found += [("maker", other) for other in self.makers(code, way)]
            if way.declaration:
                found.append(("field", way.declaration))
            if way.paper:
                papers.append(way.paper == "original" and need.original and kind.kind != "photo")
        found += [("paper", (need.material, seen)) for seen in papers]
        if papers and need.tolerated_days and not need.key:
            found.append(("follow", all(papers)))
        return found

    def known(self, element: str) -> bool:
        if element.startswith("d"):
            return False
        carried = any(element in self.registry.credentials[kind].fields for kind in self.held.credentials)
        fields = [f for v in self.versions.values() for f in v.fields if f.element == element]
        return carried or (self.held.register and any(f.prefill for f in fields))

    def givers(self, element: str) -> list[str]:
        kinds = {kind for kind, one in self.registry.credentials.items() if element in one.fields}
        asking = {code for code, _ in self.asked[element]}
        issues = {code: {r.credential for r in version.results} for code, version in self.versions.items()}
        return [code for code in self.versions if code not in asking and issues[code] & kinds]

    def best(self) -> tuple[int, int, int, int]:
        typed, choices = 0, list[Any]()
        for element, asking in self.asked.items():
            if self.known(element):
                continue
            givers = self.givers(element) if not element.startswith("d") else []
            must = [code for code, required in asking if required]
            if not givers:
                typed += 1
            elif must:
                each = [[("give", (code, giver)) for giver in givers] for code in must]
                choices.append([(("field", element),), *itertools.product(*each)])
        for code, version in self.versions.items():
            for need in version.papers:
                choices.append([((kind, what, code),) for kind, what in self.ways(code, need)])
        costs = (self.cost(typed, [one for group in taken for one in group]) for taken in itertools.product(*choices))
        return min(cost for cost in costs if cost is not None)

    def cost(self, typed: int, taken: list[Any]) -> tuple[int, int, int, int] | None:
        papers, fields, edges = set(), set(), list(self.after)
        start = self.given.channel == "window"
        later, elsewhere = False, 0
        for kind, what, *code in taken:
            if kind == "give":
                edges.append((what[1], what[0], 0))
            elif kind == "maker":
                edges.append((what, code[0], 0))
            elif kind == "field":
                fields.add(what)
            elif kind == "paper":
                papers.add(what[0])
                start = start or what[1]
            elif kind == "follow":
                later = later or what
        for code, version in self.versions.items():
            for cause in version.visits.causes:
                elsewhere += cause == "elsewhere"
                collects = cause == "collect" and version.delivery == ("counter",)
                start = start or cause == "presence" or (collects and self.at_once(code))
                later = later or (collects and not self.at_once(code))
        days = self.days(edges)
        if days is None:
            return None
        return start + later + elsewhere, len(papers), typed + len(fields), days

    def at_once(self, code: str) -> bool:
        before = {code}
        while True:
            more = {a for a, b, _ in self.after if b in before}
            for b in before:
                for need in self.versions[b].papers:
                    more |= {what for kind, what in self.ways(b, need) if kind == "maker"}
            if more <= before:
                return not any(self.versions[b].limits.promised_days for b in before)
            before |= more

    def days(self, edges: list[tuple[str, str, int]]) -> int | None:
        left, ends = set(self.versions), dict[str, int]()
        while left:
            ready_now = [c for c in left if not any(b == c and a in left for a, b, _ in edges)]
            if not ready_now:
                return None
            for code in ready_now:
                begin = max((ends[a] + wait for a, b, wait in edges if b == code), default=0)
                ends[code] = self.clock.add(begin, self.versions[code].limits.promised_days)
            left -= set(ready_now)
        return self.clock.working(max(ends.values()))


@given(drawn())
def test_no_way_is_better_than_the_plan(made: Drawn) -> None:
    plan = compose(*made, CALENDAR)
    assert (plan.after.visits, plan.after.papers, plan.after.fields, plan.after.days) == ByHand(*made).best()


@given(drawn(deferrals=True))
def test_every_difference_is_explained_and_nothing_is_asked_twice(made: Drawn) -> None:
    plan = compose(*made, CALENDAR)
    assert unaccounted(plan) == {}
    assert len({field.element for field in plan.form}) == len(plan.form)
    brought = [(paper.of, paper.material) for paper in plan.papers if paper.state == "paper"]
    assert len(set(brought)) == len(brought) == plan.after.papers


@given(drawn(deferrals=True))
def test_steps_stand_in_their_order(made: Drawn) -> None:
    plan = compose(*made, CALENDAR)
    steps = {step.key: step for step in plan.steps}
    for step in plan.steps:
        for key in step.after:
            assert steps[key].end <= step.start, (step.key, key)
    used = {(p.result_of, code) for p in plan.papers if p.state == "result" and p.result_of for code in p.items}
    assert all(steps[maker].end <= steps[code].start for maker, code in used)
    last = max((step.end_day for step in plan.steps if step.kind == "handle"), default=0)
    assert plan.after.days == last
    assert {p.item for p in plan.deferred} == {s.item for s in plan.steps if s.kind == "deferred"}


REGISTER = registry(
    (Element("name", Text("姓名"), "name", group="applicant", reuse="always"), Element("id", Text("号"), "text"),
     Element("child_name", Text("孩子姓名"), "name", group="child"), Element("child_id", Text("孩子号"), "text", group="child"),
     Element("local", Text("本市"), "choice", (Choice("yes", Text("是")), Choice("no", Text("否"))))),
    (material("book", Alternative(credential="book"), Alternative(paper="original")),
     material("cert", Alternative(credential="cert"), Alternative(paper="original"))),
    (CredentialKind("book", Text("户口簿"), "x", fields=("name", "id")), CredentialKind("cert", Text("出生证明"), "x")),
)  # fmt: skip
REGISTERING = item(
    "register", days=5, fields=(Field("name"),), papers=(PaperNeed("cert"), PaperNeed("book")),
    results=(Result(Text("户口簿"), "book"),), visits=Visits(2, WHY, ("papers", "collect")),
)  # fmt: skip
CARD = item(
    "card",
    days=20,
    fields=(Field("name"), Field("id")),
    papers=(PaperNeed("book"),),
    visits=Visits(1, WHY, ("papers",)),
)
FILLS = {"name": "$child_name", "id": "$child_id"}
BIRTH = (
    EventItem("register", WHY, "child", fills={"name": "$child_name"}, papers={"book": "self.book"}),
    EventItem("card", WHY, "child", fills=FILLS),
)


def birth(**given: Any) -> Plan:
    """The plan of a small birth: the register issues what the card needs."""
    prepared = ready(BIRTH, (REGISTERING, CARD), REGISTER, people=(Person("child", Text("孩子")),))
    return compose(prepared, Circumstances(MONDAY, **given), CALENDAR)


def state(plan: Plan, of: str, name: str) -> list[str]:
    return [paper.state for paper in plan.papers if (paper.of, paper.material) == (of, name)]


def test_what_an_earlier_item_issues_is_never_asked_for_nor_what_it_carries_typed() -> None:
    plan = birth()
    assert state(plan, "child", "book") == ["result"]
    assert {f.element: f.source for f in plan.form} == {"child_name": "typed", "child_id": "result"}
    # The mother's register is another paper than the child's.
    assert state(plan, "self", "book") == ["paper"]
    assert (plan.before.papers, plan.after.papers, plan.after.days, plan.before.days) == (3, 2, 25, 25)


def test_if_only_the_later_item_is_chosen_the_paper_is_asked_for_and_the_field_typed() -> None:
    plan = birth(chosen=frozenset({"card"}))
    assert state(plan, "child", "book") == ["paper"]
    assert {f.element: f.source for f in plan.form} == {"child_name": "typed", "child_id": "typed"}


def test_what_the_child_holds_is_not_the_mothers() -> None:
    known = Known({}, {"child": Holdings(False, ("cert", "book"))})
    plan = birth(known=known)
    assert state(plan, "child", "cert") == ["credential"] and state(plan, "self", "book") == ["paper"]
    assert {f.element: (f.source, f.by) for f in plan.form}["child_id"] == ("credential", "book")
    # Nobody waits for what is there already.
    assert [step.start_day for step in plan.steps if step.kind == "handle"] == [0, 0]


def test_a_condition_that_fails_takes_the_item_out_and_says_which() -> None:
    from tongban.domain.item import Condition, Law

    local = Expr(
        "eq", (Expr("answer", value="local", kind="text", source="choice"), Expr("const", value="yes", kind="text"))
    )
    version = item(
        "a",
        law=(Law("l", "某法"),),
        conditions=(Condition("c", Text("本市户籍"), "l", local),),
        fields=(Field("local"),),
    )
    prepared = ready((EventItem("a", WHY), EventItem("register", WHY)), (version, REGISTERING), REGISTER)
    out = compose(prepared, Circumstances(MONDAY, {"local": "no"}), CALENDAR)
    assert out.composed == ("register",) and out.items[0].state == "not_eligible"
    assert [(f.condition.id, f.law.title) for f in out.items[0].failing if f.law] == [("c", "某法")]
    unsure = compose(prepared, Circumstances(MONDAY, unsure=frozenset({"local"})), CALENDAR)
    assert (unsure.items[0].state, unsure.items[0].asks) == ("maybe", ("local",))


def test_what_is_put_off_leaves_the_way_and_becomes_a_promise_with_a_date_and_a_consequence() -> None:
    slow, quick = item("slow", days=22, papers=(PaperNeed("cert"),)), item("quick", days=7)
    deferral = Deferral(60, Text("号牌停用"))
    entries = (EventItem("slow", WHY, deferrable=deferral), EventItem("quick", WHY, after=(After("slow", WHY),)))
    prepared = ready(entries, (slow, quick), REGISTER)
    plan = compose(prepared, Circumstances(MONDAY), CALENDAR)
    assert (plan.before.days, plan.after.days, plan.after.papers) == (29, 7, 0)
    (promise,) = plan.deferred
    assert (promise.item, (promise.until - plan.end).days, promise.deferral.consequence.zh) == ("slow", 60, "号牌停用")
    insisted = compose(prepared, Circumstances(MONDAY, insist=frozenset({"slow"})), CALENDAR)
    assert (insisted.after.days, insisted.after.papers, insisted.deferred) == (29, 1, ())


def test_time_that_must_pass_is_calendar_days() -> None:
    first, then = item("first"), item("then", days=1)
    entries = (EventItem("first", WHY), EventItem("then", WHY, after=(After("first", WHY, 180),)))
    plan = compose(ready(entries, (first, then), REGISTER), Circumstances(MONDAY), CALENDAR)
    begin = next(step.start for step in plan.steps if step.item == "then")
    assert (begin - MONDAY).days == 180 and plan.end > begin


def test_consents_are_typed_whatever_is_on_record_and_constants_never() -> None:
    consent = Element("consent", Text("同意"), "boolean", reuse="never")
    known = registry((consent, *REGISTER.elements.values()))
    version = item("a", fields=(Field("consent"), Field("local"), Field("name", prefill=(Prefill("person"),))))
    entries = (EventItem("a", WHY, fills={"local": "yes"}),)
    from tongban.domain.plan import KnownValue

    given = Circumstances(MONDAY, known=Known({"consent": KnownValue(True)}, {"self": Holdings(True)}))
    plan = compose(ready(entries, (version,), known), given, CALENDAR)
    assert {f.element: f.source for f in plan.form} == {"consent": "typed", "name": "register"}
    assert (plan.before.fields, plan.after.fields) == (3, 1)
