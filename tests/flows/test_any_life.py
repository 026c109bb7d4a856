"""Any acts by anybody anywhere in any order, against the database: one holder, row = fold, chains valid, as many audit lines as
acts, a date on every open case, the same answer to the same key, and nothing seen or done without the power for it.

TONGBAN_LIVES makes it longer."""

import datetime as dt
import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import AT
from tests.flows.cases import INTAKES, city_lead, lead, received, resident
from tests.flows.people import MINHANG, MOTHER, PUTUO, SONGJIANG, YANGPU, staff
from tongban.domain import case as rulebook
from tongban.domain import chain, deadlines, facts
from tongban.domain.actor import Actor
from tongban.domain.case import CLOSED, MOVES
from tongban.domain.facts import Point
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import deliver, escalate, handle, receive, serve
from tongban.flows.receive import Present
from tongban.plumbing.clock import city_date
from tongban.reads import progress, worklist
from tongban.registers.cases import queries as cases
from tongban.registers.catalog import queries as catalog

LIVES = int(os.environ.get("TONGBAN_LIVES", "8"))
COUNTER = ("case.receive", "case.read", "person.read")
STAFF: dict[str, Actor] = {
    **{f"counter {c}": staff(c, *COUNTER, ref=f"staff:counter:{c}") for c in (PUTUO, YANGPU)},
    **{f"back {c}": staff(c, ref=f"staff:back:{c}") for c in (PUTUO, YANGPU, MINHANG, SONGJIANG)},
    **{f"lead {c}": lead(c) for c in (PUTUO, YANGPU)},
    "city": city_lead(),
    "reader": staff(YANGPU, "case.read", ref="staff:reader"),
    "nobody": staff(PUTUO, "board.read", ref="staff:nobody"),
}
POINT = {
    "jinglaoka": Point("field", "phone", "wrong"), "jinglaoka_follow": Point("field", "phone", "wrong"),
    "dishouru_zhengming": Point("field", "household_members", "incomplete"), "lianzu": Point("field", "phone", "wrong"),
    "dibao_zhengming": Point("field", "certificate_purpose", "incomplete"),
}  # fmt: skip
Call = Callable[..., Any]
# What may be tried: name -> (the power it takes at the holder; how it is called). A resident needs none for their own.
ACTS: dict[str, tuple[str, Call]] = {
    "take_over": ("case.handle", lambda m, a, n, **k: handle.take_over(a, n, **k)),
    "accept": ("case.handle", lambda m, a, n, **k: handle.accept(a, n, **k)),
    "not_accept": ("case.handle", lambda m, a, n, **k: handle.not_accept(a, n, "not_ours", "理由", **k)),
    "ask": ("case.handle", lambda m, a, n, **k: handle.ask_correction(a, n, [POINT[m.item(n)]], "请补正", **k)),
    "ask again": (
        "case.supervise",
        lambda m, a, n, **k: handle.ask_correction(a, n, [POINT[m.item(n)]], second="督办", **k),
    ),
    "correct": ("case.handle", lambda m, a, n, **k: handle.receive_correction(a, n, m.mended(n), (), **k)),
    "add papers": ("case.handle", lambda m, a, n, **k: handle.add_papers(a, n, (PaperIn(m.paper(n)),), **k)),
    "start special": ("case.handle", lambda m, a, n, **k: handle.start_special(a, n, "inspection", "法", 3, **k)),
    "end special": ("case.handle", lambda m, a, n, **k: handle.end_special(a, n, "done", **k)),
    "pass": ("case.handle", lambda m, a, n, **k: handle.review(a, n, "pass", **k)),
    "fail": ("case.handle", lambda m, a, n, **k: handle.review(a, n, "fail", "不符", **k)),
    "grant": ("case.handle", lambda m, a, n, **k: handle.decide(a, n, True, **k)),
    "refuse": ("case.handle", lambda m, a, n, **k: handle.decide(a, n, False, "不符合条件", **k)),
    "finish": ("case.receive", lambda m, a, n, **k: handle.finish(a, n, **k)),
    "hand over": ("case.handle", lambda m, a, n, **k: handle.hand_over(a, n, MINHANG, "misjudged", **k)),
    "hand home": ("case.handle", lambda m, a, n, **k: handle.hand_over(a, n, YANGPU, "home", **k)),
    "reassign": ("case.supervise", lambda m, a, n, **k: handle.hand_over(a, n, PUTUO, "reassigned", **k)),
    "hand back": ("case.handle", lambda m, a, n, **k: handle.hand_back(a, n, "wrong_item", **k)),
    "withdraw": ("case.handle", lambda m, a, n, **k: handle.withdraw(a, n, "asked", **k)),
    "revoke": ("case.supervise", lambda m, a, n, **k: handle.revoke(a, n, "行政许可法第六十九条", **k)),
    "issue": ("case.handle", lambda m, a, n, **k: deliver.issue(a, n, m.result(n), **k)),
    "deliver": ("case.handle", lambda m, a, n, **k: deliver.deliver(a, n, "counter", **k)),
}
# The fact that comes first of each act.
KINDS = {
    "take_over": "taken_over", "accept": "accepted", "not_accept": "not_accepted", "ask": "correction_asked",
    "ask again": "correction_asked", "correct": "correction_received", "add papers": "papers_added",
    "start special": "special_started", "end special": "special_ended", "pass": "reviewed", "fail": "reviewed",
    "grant": "decided", "refuse": "decided", "finish": "decided", "hand over": "handed_over", "hand home": "handed_over",
    "reassign": "handed_over", "hand back": "handed_back", "withdraw": "withdrawn", "revoke": "revoked",
    "issue": "result_issued", "deliver": "delivered",
}  # fmt: skip
# These end a life early or only pass it around; they come by chance.
BY_CHANCE = {"withdraw", "not_accept", "refuse", "reassign", "hand over", "hand home"}
PASSES_THE_PEN = {"handed_over", "handed_back"}
OF_RESIDENTS = {"withdraw", "correct", "add papers"}


def audit_lines() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from audit_line")
        return int(cursor.fetchone()[0])


class AnyLife(RuleBasedStateMachine):
    """The city as its people see it; ``acts`` counts what was done."""

    numbers = Bundle("numbers")

    def __init__(self) -> None:
        super().__init__()
        # Each life begins with an empty city. Marked as a test's own, or a durable flow would refuse to work inside it.
        self.outer = transaction.atomic()
        self.outer._from_testcase = True
        self.outer.__enter__()
        self.at, self.acts, self.start, self.keys = AT, 0, audit_lines(), 0
        self.items: dict[str, str] = {}
        self.seen: dict[str, tuple[int, str]] = {}
        self.last: tuple[Callable[[], Any], Any] | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def item(self, number: str) -> str:
        return self.items[number]

    def mended(self, number: str) -> dict[str, object]:
        self.keys += 1
        return {
            POINT[self.item(number)].code: f"1390013{self.keys % 10_000:04d}"
            if POINT[self.item(number)].code == "phone"
            else f"改{self.keys}"
        }

    def paper(self, number: str) -> str:
        return {"dishouru_zhengming": "income_proof", "lianzu": "housing_status", "dibao_zhengming": "id_card"}.get(
            self.item(number), "tax_statement"
        )

    def result(self, number: str) -> str:
        state = cases.get(number)
        return (state.case.results[:1] or ("x",))[0] if state else "x"

    def key(self) -> str:
        self.keys += 1
        return f"key:{self.keys}"

    @rule(
        target=numbers,
        item=st.sampled_from(sorted(INTAKES)),
        center=st.sampled_from([PUTUO, YANGPU]),
        once=st.booleans(),
    )
    def receive(self, item: str, center: str, once: bool) -> Any:
        clerk, key = STAFF[f"counter {center}"], self.key()
        if once:
            present, intake = Present(MOTHER, "card"), INTAKES[item]
            code = item.removesuffix("_follow")
            send = partial(receive.receive_at_once, clerk, present, code, intake, at=self.at, key=key)
            receipt, lines = send(), 1
            self.last = (send, receipt)
        else:
            receipt, lines = received(item, clerk, at=self.at, key=key), 2
        self.acts += lines
        self.items[receipt.number] = item
        return multiple(receipt.number)

    @rule(
        number=numbers, act=st.sampled_from(sorted(ACTS)), who=st.sampled_from([*sorted(STAFF), "me", "a stranger"]),
        seen=st.sampled_from(["nothing", "now", "before"]),
    )  # fmt: skip
    def anything_by_anybody(self, number: str, act: str, who: str, seen: str) -> None:
        self._try(number, act, who, seen)

    def _something_likely(self, number: str, seen: str, data: st.DataObject) -> None:
        """What the stage allows, by somebody who has the power where the case lies."""
        found = cases.get(number)
        assert found is not None
        likely = sorted(a for a, kind in KINDS.items() if kind in MOVES[found.case.stage] and a not in BY_CHANCE)
        if likely:
            act = data.draw(st.sampled_from(likely))
            able = sorted(n for n, who in STAFF.items() if who.may(ACTS[act][0], found.case.holder))
            self._try(number, act, data.draw(st.sampled_from(able or ["city"])), seen)

    # Rules are drawn alike often; what is likely is wanted more often than the rest.
    likely_1 = rule(number=numbers, seen=st.sampled_from(["nothing", "now"]), data=st.data())(_something_likely)
    likely_2 = rule(number=numbers, seen=st.just("now"), data=st.data())(_something_likely)
    likely_3 = rule(number=numbers, seen=st.just("nothing"), data=st.data())(_something_likely)

    def _try(self, number: str, act: str, who: str, seen: str) -> None:
        before = cases.get(number)
        assert before is not None
        power, call = ACTS[act]
        actor = self.actor(who, number)
        expect = {"nothing": 0, "now": before.case.n, "before": before.case.n - 1}[seen]
        send = partial(call, self, actor, number, expect=expect, at=self.at, key=self.key())
        try:
            answer = send()
        except Refused:
            assert cases.get(number) == before, "refused, and yet something changed"
            return
        self.acts += 1
        after = cases.get(number)
        assert after is not None and after.case.n > before.case.n
        assert seen != "before", "done on a state that was not seen"
        if who == "me":
            assert act in OF_RESIDENTS
        else:
            assert who != "a stranger" and actor.may(power, before.case.holder), (
                f"{who} did {act} without {power} at the holder"
            )
        if act == "grant" and before.case.hand_over != "never":
            assert before.case.holder == before.case.handling, "granted where it is not decided"
        if act not in ("correct", "add papers", "issue"):
            # Those three are called with something new each time, so their resend is not the same request.
            self.last = (send, answer)

    @rule(number=numbers, who=st.sampled_from(["counter", "nobody"]), act=st.sampled_from(sorted(OF_RESIDENTS)))
    def act_at_any_counter(self, number: str, who: str, act: str) -> None:
        """The person comes to some counter: what is theirs to do they may do anywhere, with a visit."""
        clerk = staff(SONGJIANG, *COUNTER, ref="staff:anywhere") if who == "counter" else STAFF["nobody"]
        try:
            visit = serve.meet(clerk, MOTHER, how="card", at=self.at).visit
        except Refused:
            assert who == "nobody"
            return
        self.acts += 1
        before = cases.get(number)
        try:
            ACTS[act][1](self, clerk, number, visit=visit, at=self.at, key=self.key())
        except Refused:
            assert cases.get(number) == before
        else:
            self.acts += 1

    @initialize(
        target=numbers, item=st.sampled_from(sorted(INTAKES)), other=st.sampled_from(["dishouru_zhengming", "lianzu"])
    )
    def begin(self, item: str, other: str) -> Any:
        """Two cases wait when a life begins, one of which belongs to another center."""
        for one in (item, other):
            receipt = received(one, STAFF[f"counter {PUTUO}"], at=self.at, key=self.key())
            self.acts += 2
            self.items[receipt.number] = one
        return multiple(*self.items)

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.at += dt.timedelta(days=days)

    @rule()
    def sweep(self) -> None:
        self.acts += sum(escalate.sweep(self.at).values())
        # Once is enough.
        assert sum(escalate.sweep(self.at).values()) == 0

    @rule()
    def send_again(self) -> None:
        if self.last is not None:
            send, answer = self.last
            assert send() == answer

    def actor(self, who: str, number: str) -> Actor:
        if who == "me":
            found = cases.get(number)
            assert found is not None
            return resident(found.case.applicant)
        return resident("018f0000-0000-7000-8000-000000000000") if who == "a stranger" else STAFF[who]

    @invariant()
    def as_many_lines_as_acts(self) -> None:
        assert audit_lines() - self.start == self.acts

    @invariant()
    def every_log_holds_and_the_row_is_its_fold(self) -> None:
        for number in self.items:
            found, log = cases.get(number), cases.log(number)
            assert found is not None and chain.broken(log) is None
            state, holder = rulebook.Case(number), log[0].fact.receiving  # type: ignore[attr-defined]
            for entry in log:
                # One holder: it changes with a fact that passes the pen, and with nothing else.
                assert facts.kind(entry.fact) in MOVES[state.stage]
                state = rulebook.advance(state, entry.fact, entry.n, entry.hash)
                holder = entry.fact.to if facts.kind(entry.fact) in PASSES_THE_PEN else holder  # type: ignore[attr-defined]
                assert state.holder == holder
            assert state == found.case and found.due == deadlines.due(state, catalog.calendar())
            assert (found.due_on is not None) == (state.stage not in CLOSED), (
                "an open case has a date, a closed one none"
            )

    @invariant()
    def nobody_sees_without_power(self) -> None:
        today = city_date(self.at)
        for number in list(self.items)[-2:]:
            found = cases.get(number)
            assert found is not None
            places = {found.case.holder, found.case.receiving, found.case.handling}
            for name, actor in STAFF.items():
                may = any(actor.may("case.read", p) for p in places)
                try:
                    progress.of_case(actor, number, today=today)
                    assert may, f"{name} sees {number}"
                except NotFound:
                    assert not may, f"{name} does not see {number}"
                listed = (
                    {r.number for r in worklist.worklist(actor, limit=200, today=today).rows}
                    if actor.may("case.read", actor.center) and actor.center != "310000"
                    else set()
                )
                if number in listed:
                    assert actor.may("case.read", found.case.holder) and found.case.stage not in CLOSED
                elif actor.may("case.read", found.case.holder) and actor.center == found.case.holder:
                    assert found.case.stage in CLOSED, f"{number} is open and missing from the list of its holder"
            with pytest.raises(NotFound):
                progress.of_case(resident("018f0000-0000-7000-8000-000000000000"), number, today=today)


@pytest.mark.django_db
@pytest.mark.usefixtures("shanghai")
def test_any_life_of_any_case() -> None:
    run_state_machine_as_test(
        AnyLife,
        settings=settings(
            max_examples=LIVES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
