"""What may be done now: every option offered can be done, and what is not offered cannot, in any state of a case."""

import datetime as dt

import pytest

from tests.domain.test_case import CALENDAR, DAY, A, B, accepted, given, opened
from tongban.domain import acts, case, deadlines, facts, reasons
from tongban.domain.case import Case
from tongban.domain.facts import FollowUp, PaperMark, Point
from tongban.domain.item import Item, ItemVersion, Limits
from tongban.domain.options import next_act, only_refusal, options
from tongban.domain.refusals import Conflict, Refused
from tongban.domain.text import Text

VERSION = ItemVersion(Item("x", Text("甲"), "gongan"), 1, DAY, limits=Limits(20, 10), special=("inspection",))
SPOT = ItemVersion(Item("x", Text("甲"), "gongan"), 1, DAY, handling="on_the_spot")
LATER = DAY + dt.timedelta(days=14)
ASKED = facts.CorrectionAsked(on=DAY, points=(Point("paper", "m", "missing"),), until=LATER, round=1)
SENT = facts.HandedOver(on=DAY, to=B, reason="home")
GRANTED = facts.Decided(on=DAY, outcome="granted", results=("card",))
FOLLOW = (FollowUp("income", LATER),)
STATES: dict[str, Case] = {
    "received": given(opened()),
    "sent": given(opened("received", B), SENT),
    "taken": given(opened("received", B), SENT, facts.TakenOver(on=DAY)),
    "back": given(opened("received", B), SENT, facts.HandedBack(on=DAY, to=A, reason="not_our_place")),
    "correcting": given(opened(), ASKED),
    "corrected": given(opened(), ASKED, facts.CorrectionReceived(on=DAY, answers="e")),
    "accepted": given(opened(), accepted()),
    "accepted_follow": given(opened(follow=FOLLOW), accepted(follow=FOLLOW)),
    "settle": given(opened("reviewed", B), accepted()),
    "settled": given(opened("reviewed", B), accepted(), facts.Reviewed(on=DAY, outcome="pass"), SENT),
    "split_back": given(
        opened("received", B), SENT, accepted(), facts.HandedBack(on=DAY, to=A, reason="wrong_item")
    ),
    "settle_failed": given(opened("reviewed", B), accepted(), facts.Reviewed(on=DAY, outcome="fail")),
    "special": given(opened(), accepted(), facts.SpecialStarted(on=DAY, procedure="inspection", basis="x", planned_days=3)),
    "decided": given(opened(), accepted(), GRANTED),
    "issued": given(opened(), accepted(), GRANTED, facts.ResultIssued(on=DAY, result="card")),
    "delivered": given(opened(), accepted(), GRANTED, facts.Delivered(on=DAY, way="counter")),
    "not_accepted": given(opened(), facts.NotAccepted(on=DAY, reason="not_ours")),
    "withdrawn": given(opened(), facts.Withdrawn(on=DAY)),
}  # fmt: skip
PAPER = (PaperMark("m", "paper", "B"),)
TRIES = {
    "take_over": lambda c: acts.take_over(c, DAY),
    "accept": lambda c: acts.accept(c, legal_days=20, promised_days=10, on=DAY),
    "receive_correction": lambda c: acts.receive_correction(c, "e", PAPER, frozenset({"m"}), DAY, A),
    "review": lambda c: acts.review(c, "pass", DAY),
    "decide": lambda c: acts.decide(c, not only_refusal(c), ("card",), DAY, "why"),
    "start_special": lambda c: acts.start_special(c, "inspection", "法", 3, tuple(VERSION.special), DAY),
    "end_special": lambda c: acts.end_special(c, "done", DAY),
    "issue": lambda c: acts.issue(c, "card", "", "", DAY),
    "deliver": lambda c: acts.deliver(c, "counter", "applicant", DAY),
    "not_accept": lambda c: acts.not_accept(c, "not_ours", DAY),
    "hand_over": lambda c: acts.hand_over(c, "310112101", "misjudged", DAY),
    "hand_back": lambda c: acts.hand_back(c, "not_our_place", DAY),
    "withdraw": lambda c: acts.withdraw(c, "asked", DAY),
    "revoke": lambda c: acts.revoke(c, "法", "staff:s", DAY),
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("act", TRIES)
def test_what_is_offered_can_be_done_and_what_can_be_done_is_offered(name: str, act: str) -> None:
    state = STATES[name]
    offered = act in {o.act for o in options(state, VERSION)}
    try:
        case.apply(state, TRIES[act](state))
        done = True
    except Refused:
        done = False
    # One act is deliberately not offered though the rule knows it: refusing needs no acceptance by another center.
    if act == "not_accept" and state.hand_over == "received" and state.holder != state.handling:
        return
    assert offered == done


@pytest.mark.parametrize("name", STATES)
def test_a_correction_is_offered_once_to_clerks_and_again_to_supervisors(name: str) -> None:
    state = STATES[name]
    found = [o for o in options(state, VERSION) if o.act == "ask_correction"]
    for option in found:
        supervisor = "staff:s" if option.power == "case.supervise" else ""
        acts.ask_correction(state, ASKED.points, LATER, DAY, supervisor=supervisor)
    if not found:
        with pytest.raises(Refused):
            acts.ask_correction(state, ASKED.points, LATER, DAY, supervisor="staff:s")
    assert [o.power for o in found] == (
        [] if "correction_asked" not in case.MOVES[state.stage]
        else ["case.supervise" if state.corrections else "case.handle"]
    )  # fmt: skip


JUDGING = {
    "accept": "accepted",
    "not_accept": "not_accepted",
    "review": "reviewed",
    "decide": "decided",
    "finish": "decided",
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("version", [VERSION, SPOT])
def test_of_a_lost_form_nobody_judges_and_it_is_asked_for_without_a_supervisor(name: str, version: ItemVersion) -> None:
    state = STATES[name]
    sound, bare = options(state, version), options(state, version, lost=True)
    assert {o.act for o in sound} - {o.act for o in bare} == {o.act for o in sound} & JUDGING.keys()
    if any(kind in case.MOVES[state.stage] for kind in JUDGING.values()):
        with pytest.raises(Refused, match="补正") as why:
            acts.must_be_readable(state, lost=True)
        assert why.value.code == "case.form_lost"
        assert next(o for o in bare if o.act == "ask_correction").power == "case.handle"
        assert next_act(state, bare, lost=True) == "ask_correction"
        told = acts.ask_correction(state, (Point("field", "x", "wrong"),), LATER, DAY, lost=True)
        assert told.points == () and told.lost, "all of it, and no single field"
        asked = case.apply(state, told)
        assert asked.corrections == state.corrections, "nobody's round"
        assert asked.lost and not acts.lapses(asked)
        back = case.apply(asked, facts.CorrectionReceived(on=LATER, answers="new"))
        assert (back.stage, back.answers, back.lost, back.corrections) == (state.stage, "new", False, state.corrections)
    else:
        # Nothing is judged here, now: what is wrong is said by the rule of the stage.
        acts.must_be_readable(state, lost=True)
        assert next_act(state, bare, lost=True) == next_act(state, sound)
    acts.must_be_readable(state, lost=False)


def test_only_an_accepted_on_the_spot_case_with_all_papers_is_finished() -> None:
    can = {name for name, state in STATES.items() if "finish" in {o.act for o in options(state, SPOT)}}
    assert can >= {"accepted"} and not can & {"received", "accepted_follow", "special", "decided"}
    assert not any("finish" in {o.act for o in options(state, VERSION)} for state in STATES.values())


def test_the_act_offered_first_is_possible_and_moves_the_case_on() -> None:
    first = {name: next_act(state, options(state, VERSION)) for name, state in STATES.items()}
    assert first == {
        "received": "take_over", "sent": "take_over", "taken": "accept", "back": "take_over",
        "correcting": "receive_correction", "corrected": "accept", "accepted": "decide", "accepted_follow": "decide",
        "settle": "review", "settled": "take_over", "special": "end_special", "decided": "deliver", "issued": "deliver",
        "split_back": "take_over", "settle_failed": "decide", "delivered": "", "not_accepted": "", "withdrawn": "",
    }  # fmt: skip


def test_where_only_a_refusal_is_possible_granting_is_refused_by_the_rule() -> None:
    for name, state in STATES.items():
        if only_refusal(state) and "decide" in {o.act for o in options(state, VERSION)}:
            with pytest.raises(Refused) as why:
                acts.decide(state, True, ("card",), DAY)
            assert why.value.code == "case.decided_elsewhere", name


def test_custody_says_sent_taken_back_and_here_again() -> None:
    assert [STATES[s].custody for s in ("received", "sent", "taken", "back")] == ["here", "sent", "taken", "back"]
    again = case.apply(STATES["back"], facts.TakenOver(on=LATER))
    assert (again.custody, again.looked, again.custody_since) == ("here", True, LATER)
    with pytest.raises(Refused) as why:
        acts.hand_back(STATES["back"], "not_our_place", DAY)
    assert why.value.code == "case.nowhere_to_go_back"


def test_whoever_accepts_without_pressing_take_over_has_taken_it_over() -> None:
    """Otherwise the transfer limit would go on binding a case that was accepted long ago."""
    state = case.apply(STATES["sent"], accepted())
    assert (state.looked, state.custody) == (True, "taken")
    assert deadlines.due(state, CALENDAR).kind == "decide"
    asked = case.apply(STATES["sent"], ASKED)
    came = case.apply(asked, facts.CorrectionReceived(on=LATER, answers="e"))
    assert (came.custody, deadlines.due(came, CALENDAR).kind) == ("taken", "accept")


def test_a_case_that_moved_on_is_a_conflict_for_whoever_saw_it_before() -> None:
    state = STATES["taken"]
    acts.must_be_at(state, 0)
    acts.must_be_at(state, state.n)
    with pytest.raises(Conflict) as why:
        acts.must_be_at(state, state.n - 1)
    assert (why.value.code, why.value.facts["n"]) == ("case.changed", state.n)


@pytest.mark.parametrize(
    "act",
    [
        lambda: acts.review(STATES["accepted"], "maybe", DAY),
        lambda: acts.deliver(STATES["decided"], "pigeon", "applicant", DAY),
        lambda: acts.deliver(STATES["decided"], "mail", "neighbour", DAY),
        lambda: acts.hand_over(STATES["accepted"], B, "tired", DAY),
    ],
)
def test_no_word_that_cannot_be_read_again_enters_the_log(act: object) -> None:
    with pytest.raises(Refused) as why:
        act()  # type: ignore[operator]
    assert why.value.code == "case.unknown_word"


def test_every_problem_kind_has_an_english_word() -> None:
    assert set(reasons.PROBLEMS_EN) == set(facts.PROBLEMS)


def test_the_clock_of_a_correction_stands_still_until_it_is_late() -> None:
    for stage in ("correcting", "special"):
        assert deadlines.stage_light(stage, DAY, DAY, DAY) == "paused"
        assert deadlines.stage_light(stage, DAY, DAY, LATER) == "red"
    assert deadlines.stage_light("accepted", LATER, DAY, DAY) == "yellow"
    assert deadlines.stage_light("accepted", LATER, LATER, DAY) == "green"
    assert deadlines.stage_light("accepted", None, None, DAY) == "none"


def test_a_note_is_bounded_printable_and_keeps_its_lines() -> None:
    assert acts.note("  一\r\n二\r三\t \n") == "一\n二\n三"
    assert acts.note("𰻞" * 2000) == "𰻞" * 2000
    for bad, code in (("长" * 2001, "note.long"), ("a\x00b", "note.characters"), ("a\ud800", "note.characters")):
        with pytest.raises(Refused) as why:
            acts.note(bad)
        assert (why.value.code, why.value.pointer) == (code, "/note")
