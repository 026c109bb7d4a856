"""The case under given-facts / when-act / then-facts, and under any sequence of acts: one holder, allowed moves only, a valid
chain, the fold equal to the state carried along, and deadlines that nothing but a fact moves."""

import datetime as dt
import typing

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tongban.domain import acts, case, chain, deadlines, facts, public_state
from tongban.domain.calendar import Calendar, Notice, Year
from tongban.domain.case import CLOSED, MOVES, Case
from tongban.domain.facts import FollowUp, PaperMark, Point
from tongban.domain.refusals import Refused

DAY = dt.date(2026, 3, 2)
AT = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)
A, B, C = "310107015", "310110009", "310112101"
CALENDAR = Calendar.of(Year(y, Notice("n", "1", dt.date(y - 1, 11, 1)), provisional=False) for y in range(2026, 2029))


def opened(hand_over: str = "never", to: str = A, follow: tuple[FollowUp, ...] = ()) -> facts.Opened:
    return facts.Opened(
        on=DAY, item="x", version=1, receiving=A, handling=to, applicant="p", channel="window", answers="d", hand_over=hand_over, follow=follow
    )  # fmt: skip


def given(*log: facts.Body) -> Case:
    state = Case("N")
    for i, fact in enumerate(log, 1):
        state = case.advance(state, fact, i, bytes([i]))
    return state


def accepted(**more: object) -> facts.Accepted:
    return facts.Accepted(on=DAY, legal_days=20, promised_days=10, since=DAY, **more)  # type: ignore[arg-type]


def test_moves_name_only_known_stages_and_facts() -> None:
    for stage, moves in MOVES.items():
        assert stage in case.STAGE_WORDS
        for kind, after in moves.items():
            assert kind in facts.KINDS
            assert after in (*case.STAGE_WORDS, "=", "back")


def test_stages_and_dates_are_said_in_both_languages() -> None:
    for said in (*case.STAGE_WORDS.values(), *deadlines.DUE_WORDS.values()):
        assert said.zh and said.en
    assert set(deadlines.DUE_WORDS) == set(typing.get_args(deadlines.DueKind))
    assert set(case.STAGE_WORDS) == set(typing.get_args(case.Stage))


def test_every_fact_has_a_word_and_a_change() -> None:
    assert set(facts.KINDS) == set(public_state.STEP_WORDS) == set(case._CHANGES)


def test_handing_over_passes_the_pen() -> None:
    state = given(opened("received", B), facts.HandedOver(on=DAY, to=B, reason="home"))
    assert (state.holder, state.handling, state.custody, state.looked) == (B, B, "sent", False)


def test_under_split_the_receiving_center_cannot_accept() -> None:
    with pytest.raises(Refused) as why:
        acts.accept(given(opened("received", B)), legal_days=20, promised_days=10, on=DAY)
    assert why.value.code == "case.accepted_elsewhere"


def test_silence_accepts_since_the_day_of_receipt() -> None:
    late = DAY + dt.timedelta(days=8)
    fact = acts.accept(given(opened()), legal_days=20, promised_days=10, on=late, basis="silence")
    assert (fact.on, fact.since) == (late, DAY)


def test_correction_is_asked_once_and_again_only_by_a_supervisor() -> None:
    points, until = (Point("paper", "hukou_book", "missing"),), DAY + dt.timedelta(days=14)
    first = acts.ask_correction(given(opened()), points, until, DAY)
    state = given(opened(), first, facts.CorrectionReceived(on=DAY, answers="e"))
    with pytest.raises(Refused) as why:
        acts.ask_correction(state, points, until, DAY)
    assert why.value.code == "correction.only_once"
    assert acts.ask_correction(state, points, until, DAY, supervisor="staff:1").round == 2


def test_a_correction_comes_whole_or_not_at_all() -> None:
    points = (Point("paper", "hukou_book", "missing"), Point("field", "phone", "wrong"))
    state = given(opened(), facts.CorrectionAsked(on=DAY, points=points, until=DAY, round=1))
    with pytest.raises(Refused) as why:
        acts.receive_correction(state, "d", (), frozenset({"phone"}), DAY, A)
    assert why.value.facts["missing"] == ["hukou_book"]
    assert acts.receive_correction(state, "d", (), frozenset({"phone", "hukou_book"}), DAY, B).at_center == B


def test_a_correction_after_acceptance_stops_the_clock() -> None:
    until = dt.date(2026, 3, 20)
    before = given(opened(), accepted())
    asked = facts.CorrectionAsked(
        on=dt.date(2026, 3, 4), points=(Point("field", "phone", "wrong"),), until=until, round=1
    )
    after = given(opened(), accepted(), asked, facts.CorrectionReceived(on=dt.date(2026, 3, 9), answers="e"))
    a, b = deadlines.promise(before, CALENDAR), deadlines.promise(after, CALENDAR)
    assert a is not None and b is not None
    # Three working days (5, 6 and 9 March) stood still.
    assert CALENDAR.working_days_between(a.promised, b.promised) == 3


def test_a_refusal_says_why_and_a_followed_paper_shows_in_the_outcome() -> None:
    state = given(opened(follow=(FollowUp("photo", DAY),)), accepted())
    with pytest.raises(Refused):
        acts.decide(state, False, (), DAY)
    assert acts.decide(state, True, ("r",), DAY).outcome == "granted_follow"
    assert acts.decide(state, False, ("r",), DAY, note="d").results == ()


def test_the_log_of_another_number_does_not_fit() -> None:
    first = chain.append("N1", (0, b""), AT, "staff:1", opened())
    moved = chain.Entry("N2", first.n, first.at, first.by, first.body, first.hash)
    assert chain.broken([first]) is None
    assert "N2" in (chain.broken([moved]) or "")


def test_unknown_fields_in_a_stored_fact_are_refused() -> None:
    with pytest.raises(Exception, match="unknown field"):
        facts.decode(b'{"kind":"taken_over","on":"2026-03-02","name":"x"}')


class AnyActs(RuleBasedStateMachine):
    """Somebody does anything at all, in any order; what the rulebook lets through must keep the invariants."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case("N")
        self.log: list[chain.Entry] = []
        self.day = DAY
        self.promised: deadlines.Promise | None = None
        self.held = 0

    def _do(self, make: object) -> None:
        before = self.case
        try:
            fact = make()  # type: ignore[operator]
            after = case.apply(before, fact)
        except Refused:
            assert self.case is before
            return
        entry = chain.append(
            "N", (before.n, before.head), AT + dt.timedelta(days=(self.day - DAY).days), "staff:1", fact
        )
        assert facts.kind(fact) in MOVES[before.stage]
        assert before.stage not in CLOSED or facts.kind(fact) in ("revoked", "papers_added")
        self.case = case.advance(before, fact, entry.n, entry.hash)
        assert after.stage == self.case.stage
        self.log.append(entry)
        self.promised = deadlines.promise(self.case, CALENDAR)

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        self.day += dt.timedelta(days=days)

    @rule(how=st.sampled_from(["never", "received", "reviewed"]), follow=st.booleans())
    def open(self, how: str, follow: bool) -> None:
        promised = (FollowUp("photo", self.day),) if follow else ()
        self._do(lambda: msgspec.structs.replace(opened(how, A if how == "never" else B, promised), on=self.day))

    @rule(to=st.sampled_from([A, B, C]))
    def hand_over(self, to: str) -> None:
        self._do(lambda: acts.hand_over(self.case, to, "misjudged", self.day))

    @rule()
    def take_over(self) -> None:
        self._do(lambda: acts.take_over(self.case, self.day))

    @rule(reason=st.sampled_from(["", "not ours"]))
    def hand_back(self, reason: str) -> None:
        self._do(lambda: acts.hand_back(self.case, reason, self.day))

    @rule(silent=st.booleans())
    def accept(self, silent: bool) -> None:
        if self.case.opened_on:
            self._do(
                lambda: acts.accept(
                    self.case, legal_days=20, promised_days=10, on=self.day, basis="silence" if silent else "counter"
                )
            )

    @rule(supervisor=st.sampled_from(["", "staff:2"]), n=st.integers(0, 2))
    def ask(self, supervisor: str, n: int) -> None:
        points = tuple(Point("field", f"f{i}", "wrong") for i in range(n))
        self._do(
            lambda: acts.ask_correction(
                self.case, points, self.day + dt.timedelta(days=14), self.day, supervisor=supervisor
            )
        )

    @rule(n=st.integers(0, 2))
    def correct(self, n: int) -> None:
        self._do(lambda: acts.receive_correction(self.case, "d", (), frozenset(f"f{i}" for i in range(n)), self.day, B))

    @rule()
    def paper(self) -> None:
        self._do(lambda: acts.add_papers(self.case, (PaperMark("photo", "paper", "B"),), self.day))

    @rule(days=st.integers(0, 30))
    def special(self, days: int) -> None:
        self._do(lambda: acts.start_special(self.case, "hearing", "law", days, ("hearing",), self.day))

    @rule()
    def special_ends(self) -> None:
        self._do(lambda: acts.end_special(self.case, "", self.day))

    @rule(outcome=st.sampled_from(["pass", "fail"]))
    def review(self, outcome: str) -> None:
        self._do(lambda: acts.review(self.case, outcome, self.day))

    @rule(granted=st.booleans())
    def decide(self, granted: bool) -> None:
        self._do(lambda: acts.decide(self.case, granted, ("r",), self.day, "d"))

    @rule()
    def issue(self) -> None:
        self._do(lambda: acts.issue(self.case, "r", "", "", self.day))

    @rule(to=st.sampled_from(["applicant", "agent"]))
    def deliver(self, to: str) -> None:
        self._do(lambda: acts.deliver(self.case, "counter", to, self.day))

    @rule()
    def withdraw(self) -> None:
        self._do(lambda: acts.withdraw(self.case, "", self.day))

    @rule(law=st.sampled_from(["", "law"]))
    def revoke(self, law: str) -> None:
        self._do(lambda: acts.revoke(self.case, law, "staff:2", self.day))

    @invariant()
    def one_holder(self) -> None:
        if self.log:
            assert self.case.holder in (A, B, C)

    @invariant()
    def chain_holds_and_fold_is_the_state(self) -> None:
        # After each new fact; what was refused left the very same state (see `_do`), whose log was recomputed before.
        if len(self.log) != self.held:
            self.held = len(self.log)
            assert chain.broken(self.log) is None
            assert case.fold("N", ((e.fact, e.n, e.hash) for e in self.log)) == self.case

    @invariant()
    def only_facts_move_deadlines(self) -> None:
        # Time alone moved nothing: the same facts give the same dates.
        assert deadlines.promise(self.case, CALENDAR) == self.promised
        due = deadlines.due(self.case, CALENDAR)
        assert (due.kind == "") == (self.case.closed or not self.log)

    @invariant()
    def public_state_is_known(self) -> None:
        if self.log:
            state = public_state.of_case(self.case)
            assert state.name.en and state.plain.en and state.todo.en
            assert ("办结" in state.name.zh) == (self.case.stage in ("decided", "delivered"))


# Two walks for each example of an ordinary property: the longest test of the lane follows the depth that was asked for.
AnyActs.TestCase.settings = settings(max_examples=2 * settings().max_examples, stateful_step_count=40, deadline=None)
TestAnyActs = AnyActs.TestCase
