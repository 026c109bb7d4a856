"""Copies of a case: whatever order, doubling and cutting letters suffer, a copy ends as the original or says what is missing; and
nobody writes for somebody else."""

import datetime as dt
import random
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.domain import case as rule
from tongban.domain import chain, facts, mother, replica
from tongban.domain.case import Case
from tongban.domain.chain import Entry
from tongban.domain.mother import Mother
from tongban.domain.nodes import Node, Nodes, problems
from tongban.domain.refusals import Conflict
from tongban.domain.replica import CannotFollow, Mandated
from tongban.domain.text import Text

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 9, 1)
NUMBER = "3101070152609010000010"
A, B, C = "310107015", "310110009", "310112101"
CITY = Nodes(
    (
        Node("city", Text("市"), "city"),
        Node("a", Text("甲"), "district", ("310107",)),
        Node("b", Text("乙"), "district", ("310110",)),
        Node("c", Text("丙"), "district", ("310112",)),
    )
)
NEXT: tuple[facts.Body, ...] = (
    facts.HandedOver(on=ON, to=A, reason="misjudged"),
    facts.HandedOver(on=ON, to=B, reason="home"),
    facts.HandedOver(on=ON, to=C, reason="reassigned"),
    facts.HandedBack(on=ON, to=A, reason="x"),
    facts.TakenOver(on=ON),
    facts.PapersAdded(on=ON, papers=(facts.PaperMark("id_card", "paper", "B"),)),
    facts.CorrectionAsked(on=ON, points=(facts.Point("field", "phone", "wrong"),), until=ON, round=1),
    facts.CorrectionReceived(on=ON, answers="ab"),
    facts.Accepted(on=ON, legal_days=30, promised_days=10, since=ON),
    facts.Decided(on=ON, outcome="granted"),
    facts.Withdrawn(on=ON),
)


def life(choices: list[int]) -> list[Entry]:
    """A log of what was possible among these choices, first of all opened at A."""
    case, log = Case(NUMBER), []
    opened = facts.Opened(
        on=ON, item="x", version=1, receiving=A, handling=B, applicant="p", channel="window", answers="aa"
    )
    for fact in (opened, *(NEXT[i] for i in choices)):
        entry = chain.append(NUMBER, (case.n, case.head), AT, "staff:1", fact)
        try:
            case = rule.advance(case, fact, entry.n, entry.hash)
        except Conflict:
            continue
        log.append(entry)
    return log


def folded(log: list[Entry]) -> Case:
    return rule.fold(NUMBER, ((e.fact, e.n, e.hash) for e in log))


lives = st.lists(st.integers(0, len(NEXT) - 1), max_size=14).map(life)


@given(lives, st.randoms(use_true_random=False))
def test_any_order_any_doubling_any_cut_gives_the_original(log: list[Entry], chance: random.Random) -> None:
    letters = []
    for _ in range(2):
        start = 0
        while start < len(log):
            end = chance.randint(start + 1, len(log))
            letters.append(log[start:end])
            start = end
    chance.shuffle(letters)
    copy, waiting = Case(NUMBER), letters
    while waiting:
        still = []
        for letter in waiting:
            try:
                copy = replica.follow(copy, letter).case
            except CannotFollow as why:
                assert why.code == "gap"
                still.append(letter)
        assert len(still) < len(waiting)
        waiting = still
    assert copy == folded(log)


@given(lives, st.data())
def test_a_changed_entry_is_never_followed(log: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(log) - 1))
    field, value = data.draw(
        st.sampled_from([("by", "staff:2"), ("at", AT + dt.timedelta(seconds=1)), ("hash", b"x" * 32)])
    )
    changed = [*log]
    changed[place] = msgspec.structs.replace(log[place], **{field: value})
    with pytest.raises(CannotFollow) as refused:
        replica.follow(Case(NUMBER), changed)
    assert refused.value.code == "differs"


@given(lives)
def test_what_was_seen_is_not_rewritten(log: list[Entry]) -> None:
    whole = folded(log)
    other = [*log[:-1], chain.append(NUMBER, _head(log[:-1]), AT, "staff:9", log[-1].fact)]
    with pytest.raises(CannotFollow):
        replica.follow(whole, other)
    assert replica.follow(whole, log).fresh == ()


def _head(log: list[Entry]) -> tuple[int, bytes]:
    return (log[-1].n, log[-1].hash) if log else (0, b"")


@given(lives)
def test_everybody_who_had_a_part_goes_on_hearing_of_it(log: list[Entry]) -> None:
    heard: frozenset[str] = frozenset()
    for end in range(1, len(log) + 1):
        case = folded(log[:end])
        now = CITY.concerned(case)
        assert heard <= now and "city" in now and CITY.host(case.holder) in now
        heard = now
    parts = {A, B} | {e.fact.to for e in log if isinstance(e.fact, facts.HandedOver | facts.HandedBack)}
    assert heard == {CITY.host(center) for center in parts} | {"city"}


@given(lives)
def test_only_the_node_of_the_holder_is_believed(log: list[Entry]) -> None:
    holder = A
    for place, entry in enumerate(log):
        before = folded(log[:place]) if place else Case(NUMBER)
        for sender in ("a", "b", "c", "city"):
            right = sender in (CITY.host(holder), "city")
            assert replica.believed(before, [entry], sender, CITY) == ((entry,) if right else ())
        if isinstance(entry.fact, facts.HandedOver | facts.HandedBack):
            holder = entry.fact.to


@given(lives)
def test_a_sender_is_believed_as_far_as_it_had_the_pen(log: list[Entry]) -> None:
    for sender in ("a", "b", "c"):
        told = replica.believed(Case(NUMBER), log, sender, CITY)
        assert told == tuple(log[: len(told)])
        if len(told) < len(log):
            holder = folded(log[: len(told)]).holder if told else A
            assert CITY.host(holder) != sender


@given(lives)
def test_a_dossier_is_taken_from_who_gave_the_pen_away(log: list[Entry]) -> None:
    for end in range(1, len(log) + 1):
        last = log[end - 1].fact
        giver = CITY.host(folded(log[: end - 1]).holder) if end > 1 else "a"
        for sender in ("a", "b", "c", "city"):
            if sender == giver and isinstance(last, facts.HandedOver | facts.HandedBack):
                replica.must_have_handed(Case(NUMBER), log[:end], sender, CITY)
            else:
                with pytest.raises(CannotFollow):
                    replica.must_have_handed(Case(NUMBER), log[:end], sender, CITY)


def test_a_case_under_a_number_of_another_center_is_not_followed() -> None:
    opened = facts.Opened(
        on=ON, item="x", version=1, receiving=B, handling=B, applicant="p", channel="window", answers="aa"
    )
    with pytest.raises(CannotFollow) as refused:
        replica.follow(Case(NUMBER), [chain.append(NUMBER, (0, b""), AT, "staff:1", opened)])
    assert refused.value.code == "not_holder"


def test_every_center_has_a_host_and_the_nearest_place_wins() -> None:
    nodes = Nodes((*CITY.nodes, Node("one", Text("一"), "district", ("310107015",))))
    assert nodes.host("310107015") == "one"
    assert nodes.host("310107016") == "a"
    assert nodes.host("310151001") == "city"


@pytest.mark.parametrize(
    ("nodes", "word"),
    [
        ((Node("a", Text("甲"), "district"),), "市级节点"),
        ((*CITY.nodes, Node("a", Text("甲"), "district")), "重复"),
        ((*CITY.nodes, Node("d", Text("丁"), "district", ("310107",))), "310107"),
        ((*CITY.nodes, Node("D-1", Text("丁"), "district")), "小写"),
    ],
)
def test_a_wrong_layout_is_told_in_words(nodes: tuple[Node, ...], word: str) -> None:
    assert problems(CITY.nodes) == []
    assert any(word in problem for problem in problems(nodes))


@given(lives)
def test_a_dossier_is_taken_where_the_pen_is_or_again_where_both_had_a_part(log: list[Entry]) -> None:
    case = folded(log)
    part = CITY.with_a_part(case)
    for node in CITY.by_code:
        for sender in CITY.by_code:
            for new, good in ((True, CITY.host(case.holder) == node), (False, node in part and sender in part)):
                assert allowed(lambda: replica.must_be_meant(case, sender, node, CITY, new=new)) == ("" if good else "not_holder")  # fmt: skip  # noqa: B023


def allowed(look: Callable[[], None]) -> str:
    """The code of the refusal; empty when there is none."""
    try:
        look()
    except CannotFollow as why:
        return why.code
    return ""


def opened_by(agent: str = "", mandate: str = "") -> tuple[Case, facts.Opened]:
    opened = facts.Opened(
        on=ON, item="x", version=1, receiving=A, handling=B, applicant="p", channel="window", answers="aa", agent=agent,
        mandate=mandate,
    )  # fmt: skip
    entry = chain.append(NUMBER, (0, b""), AT, "staff:1", opened)
    return rule.advance(Case(NUMBER), opened, entry.n, entry.hash), opened


@pytest.mark.parametrize(
    ("persons", "mandate", "code"),
    [
        (["p"], None, ""),
        (["p", "q"], Mandated("m", "q", "p"), ""),
        (["p", "z"], None, "person"),
        ([""], None, "person"),
        ([], Mandated("n", "q", "p"), "person"),
        ([], Mandated("m", "z", "p"), "person"),
        ([], Mandated("m", "q", "z"), "person"),
    ],
)
def test_a_dossier_brings_the_persons_of_its_case_and_nobody_else(
    persons: list[str], mandate: Mandated | None, code: str
) -> None:
    case, opened = opened_by("q", "m")
    assert allowed(lambda: replica.must_bring_its_own(case, opened, persons, mandate)) == code


def test_a_case_without_an_agent_has_no_mandate() -> None:
    case, opened = opened_by()
    assert allowed(lambda: replica.must_bring_its_own(case, opened, [""], None)) == "person"
    assert allowed(lambda: replica.must_bring_its_own(case, opened, [], Mandated("", "", "p"))) == "person"


@pytest.mark.parametrize(
    ("origin", "center", "sender", "node", "code"),
    [
        ("b", B, "b", "a", ""),
        ("b", "", "b", "a", ""),
        ("c", C, "c", "a", ""),
        ("c", C, "b", "a", ""),
        ("c", C, "city", "a", ""),
        ("b", C, "b", "a", "not_holder"),
        ("nobody", "", "b", "a", "not_holder"),
        ("a", A, "a", "a", "not_holder"),
        ("b", B, "c", "a", "not_holder"),
        ("c", C, "a", "b", "gap"),
    ],
)
def test_an_act_is_asked_by_whose_counter_it_is_or_sent_on_by_who_had_the_case(
    origin: str, center: str, sender: str, node: str, code: str
) -> None:
    """The case was received at A, which holds it, and is for B; C is a counter somewhere."""
    case, _ = opened_by()
    assert allowed(lambda: replica.must_be_asked(case, origin, center, sender, node, CITY)) == code


def test_what_lies_beside_a_fact_is_named_by_it() -> None:
    _, opened = opened_by()
    assert facts.beside(opened) == ("aa",) and facts.note_of(opened) == ""
    assert facts.beside(facts.CorrectionReceived(on=ON, answers="bb")) == ("bb",)
    assert facts.beside(facts.NotAccepted(on=ON, reason="x", note="cc")) == ("cc",)
    assert facts.beside(facts.TakenOver(on=ON)) == ()


def event(number: str = NUMBER) -> list[Entry]:
    """The log of a life event that was received at A and taken back."""
    handed = mother.Submitted(on=ON, event="e", applicant="p", channel="window", receiving=A, form="f", parts=())
    log: list[Entry] = []
    for fact in (handed, mother.EventWithdrawn(on=ON, reason="asked")):
        last = (log[-1].n, log[-1].hash) if log else (0, b"")
        log.append(chain.append(number, last, AT, "staff:1", fact))
    return log


def test_a_life_event_is_told_again_by_anybody_only_to_the_restored_node_that_received_it() -> None:
    log = event()
    for sender, ours, told in (("a", "", 2), ("city", "", 2), ("b", "", 0), ("b", "a", 2), ("b", "c", 0)):
        try:
            after, fresh = replica.follow_event(Mother(NUMBER), log, sender, CITY, ours)
        except CannotFollow as why:
            assert (why.code, told) == ("not_holder", 0), (sender, ours)
        else:
            assert (after.stage, len(fresh)) == ("withdrawn", told), (sender, ours)


def test_of_a_life_event_each_node_is_told_by_whom_it_believes() -> None:
    assert CITY.event_concerns(A, "a") == {"a", "city"}, "where it was received"
    assert CITY.event_concerns(A, "city") == {"a"}
    assert CITY.event_concerns(A, "b") == {"a"}, "a copy is no news to the city"
