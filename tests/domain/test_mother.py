"""The rules of a mother case: whatever happens to its parts, in whatever order, it starts nothing too early or twice, drops nothing
that could still be done, and comes to an end."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tongban.domain import mother as rules
from tongban.domain.facts import Body
from tongban.domain.mother import GOOD, Mother, Need, Part
from tongban.domain.refusals import Conflict, Refused

DAY = dt.date(2026, 9, 1)
ITEMS = "abcdef"
BAD = ("refused", "not_accepted", "withdrawn")


@st.composite
def parts(draw: st.DrawFn) -> tuple[Part, ...]:
    """Parts of which each waits only for earlier ones: no circles, as the check of the catalog sees to."""
    found = []
    for place, item in enumerate(ITEMS[: draw(st.integers(1, len(ITEMS)))]):
        before = draw(st.lists(st.sampled_from(ITEMS[:place]), unique=True, max_size=3)) if place else []
        needs = tuple(Need(b, draw(st.integers(0, 5)), draw(st.booleans())) for b in before)
        later = DAY + dt.timedelta(60) if place and draw(st.integers(0, 4)) == 0 else None
        found.append(Part(item, 1, DAY, DAY, needs=needs, deferred_until=later))
    return tuple(found)


def submitted(some: tuple[Part, ...]) -> rules.Submitted:
    return rules.Submitted(on=DAY, event="e", applicant="p", channel="resident", receiving="c", form="f", parts=some)


class AnyCourse(RuleBasedStateMachine):
    """Departments decide as they like, the person answers or not, days pass."""

    @initialize(some=parts())
    def begin(self, some: tuple[Part, ...]) -> None:
        self.day, self.log, self.mother, self.opened = DAY, list[Body](), Mother("m"), list[str]()
        self.add(submitted(some))

    def add(self, fact: Body) -> None:
        self.log.append(fact)
        self.mother = rules.advance(self.mother, fact, len(self.log), b"")

    def pick(self, data: st.DataObject, state: str) -> rules.Standing | None:
        found = [one for one in self.mother.parts if one.state == state]
        return data.draw(st.sampled_from(found)) if found else None

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        found = rules.startable(self.mother, self.day)
        if found:
            one = data.draw(st.sampled_from(found))
            if data.draw(st.booleans()):
                self.open(one.part.item)
            else:
                self.add(rules.Held(on=self.day, item=one.part.item, problems=("paper.missing /papers/x",)))

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if self.mother.stage == "open" and (one := self.pick(data, "held")):
            self.open(one.part.item)

    def open(self, item: str) -> None:
        assert item not in self.opened, "nothing starts twice"
        self.opened.append(item)
        self.add(rules.ChildOpened(on=self.day, item=item, number=f"m-{len(self.opened):02d}"))

    @rule(data=st.data(), good=st.booleans())
    def decide(self, data: st.DataObject, good: bool) -> None:
        one = self.pick(data, "open")
        if one is None:
            return
        outcome = data.draw(st.sampled_from(sorted(GOOD) if good else BAD))
        self.add(rules.ChildEnded(on=self.day, item=one.part.item, outcome=outcome))
        if outcome not in GOOD and self.mother.stage == "open":
            fact = rules.replan(self.mother, one.part.item, outcome, self.day)
            if fact is not None:
                self.add(fact)

    @rule(data=st.data())
    def issue(self, data: st.DataObject) -> None:
        found = [one for one in self.mother.parts if one.outcome in GOOD and not one.resulted]
        if found:
            self.add(rules.ResultsCame(on=self.day, item=data.draw(st.sampled_from(found)).part.item))

    @rule(days=st.integers(1, 10))
    def wait(self, days: int) -> None:
        self.day += dt.timedelta(days)

    @rule(really=st.integers(0, 15))
    def withdraw(self, really: int) -> None:
        if self.mother.stage == "open" and really == 0:
            self.add(rules.EventWithdrawn(on=self.day))

    @invariant()
    def nothing_began_before_what_it_needs(self) -> None:
        for one in self.mother.parts:
            if one.state in ("open", "ended", "held"):
                for need in one.part.needs:
                    before = self.mother.of(need.item)
                    assert before.state == "ended" and before.ended_on <= self.day

    @invariant()
    def what_was_dropped_hangs_on_what_failed(self) -> None:
        if self.mother.stage != "open":
            return
        for one in self.mother.parts:
            if one.state == "dropped":
                behind = [self.mother.of(need.item) for need in one.part.needs if not need.paper]
                assert any(b.state == "dropped" or b.outcome in BAD for b in behind)

    @invariant()
    def what_waits_can_still_be_reached(self) -> None:
        """No part waits for something that will never come."""
        for one in self.mother.parts if self.mother.stage == "open" else ():
            for need in one.part.needs if one.state == "waiting" else ():
                assert self.mother.of(need.item).state != "dropped"
                assert self.mother.of(need.item).outcome not in BAD

    @invariant()
    def the_fold_of_the_log_is_the_state(self) -> None:
        log = [(rules.decode(msgspec.json.encode(f)), n, b"") for n, f in enumerate(self.log, 1)]
        assert rules.fold("m", log) == self.mother

    @invariant()
    def it_comes_to_an_end(self) -> None:
        """From here, if everybody does their part, everything is settled."""
        mother, day = self.mother, self.day
        for _ in range(4 * len(ITEMS)):
            if mother.stage != "open" or rules.over(mother):
                break
            for one in mother.parts:
                now = mother.of(one.part.item)
                if now.state == "open":
                    mother = rules.apply(mother, rules.ChildEnded(on=day, item=one.part.item, outcome="granted"))
                now = mother.of(one.part.item)
                if now.outcome in GOOD and not now.resulted:
                    mother = rules.apply(mother, rules.ResultsCame(on=day, item=one.part.item))
            ready = {one.part.item for one in rules.startable(mother, day)}
            ready |= {one.part.item for one in mother.parts if one.state == "held"}
            for item in sorted(ready):
                mother = rules.apply(mother, rules.ChildOpened(on=day, item=item, number="m-99"))
            wake = rules.wake_on(mother)
            day = max(day, wake) if wake and not ready else day
        assert mother.stage != "open" or rules.over(mother)


AnyCourse.TestCase.settings = settings(stateful_step_count=30)
TestAnyCourse = AnyCourse.TestCase


@given(parts())
def test_the_first_parts_can_start_at_once(some: tuple[Part, ...]) -> None:
    mother = rules.apply(Mother("m"), submitted(some))
    free = {part.item for part in some if not part.needs and part.deferred_until is None}
    assert {one.part.item for one in rules.startable(mother, DAY)} == free


def test_a_part_waits_the_days_it_must() -> None:
    some = (Part("a", 1, DAY, DAY), Part("b", 1, DAY, DAY, needs=(Need("a", 7),)))
    mother = rules.apply(rules.apply(Mother("m"), submitted(some)), rules.ChildOpened(on=DAY, item="a", number="m-01"))
    assert rules.wake_on(mother) is None
    mother = rules.apply(mother, rules.ChildEnded(on=DAY, item="a", outcome="granted"))
    assert rules.wake_on(mother) == DAY + dt.timedelta(7)
    assert rules.startable(mother, DAY + dt.timedelta(6)) == ()
    assert len(rules.startable(mother, DAY + dt.timedelta(7))) == 1


@pytest.mark.parametrize(
    "fact",
    [
        rules.ChildOpened(on=DAY, item="a", number="m-02"),
        rules.Held(on=DAY, item="a", problems=()),
        rules.ResultsCame(on=DAY, item="a"),
        rules.ChildEnded(on=DAY, item="b", outcome="granted"),
        rules.ChildOpened(on=DAY, item="z", number="m-02"),
        submitted(()),
    ],
)
def test_what_cannot_follow_is_refused(fact: Body) -> None:
    some = (Part("a", 1, DAY, DAY), Part("b", 1, DAY, DAY, needs=(Need("a"),)))
    mother = rules.apply(rules.apply(Mother("m"), submitted(some)), rules.ChildOpened(on=DAY, item="a", number="m-01"))
    with pytest.raises(Conflict) as told:
        rules.apply(mother, fact)
    assert told.value.code == "event.not_possible_now"


def test_a_failure_goes_through_what_hangs_on_it_and_spares_who_wanted_a_paper() -> None:
    some = (
        Part("a", 1, DAY, DAY),
        Part("b", 1, DAY, DAY, needs=(Need("a"),)),
        Part("c", 1, DAY, DAY, needs=(Need("b"), Need("a", paper=True))),
        Part("d", 1, DAY, DAY, needs=(Need("b", paper=True),)),
    )
    mother = rules.apply(rules.apply(Mother("m"), submitted(some)), rules.ChildOpened(on=DAY, item="a", number="m-01"))
    mother = rules.apply(mother, rules.ChildEnded(on=DAY, item="a", outcome="refused"))
    fact = rules.replan(mother, "a", "refused", DAY)
    assert fact is not None and set(fact.dropped) == {"b", "c"}
    assert [(part.item, part.needs) for part in fact.parts] == [("d", ())]
    assert rules.replan(rules.apply(mother, fact), "a", "refused", DAY) is None


def test_an_unknown_fact_is_not_guessed_at() -> None:
    with pytest.raises(msgspec.ValidationError):
        rules.decode(b'{"kind":"surprise","on":"2026-09-01"}')
    with pytest.raises(msgspec.ValidationError):
        rules.decode(b'{"kind":"gathered","on":"2026-09-01","more":1}')


def test_it_is_taken_back_while_it_is_open_for_a_reason_of_a_person() -> None:
    mother = rules.apply(Mother("m"), submitted((Part("a", 1, DAY, DAY),)))
    for reason in ("", "asked", "mistake"):
        rules.must_be_taken_back(mother, reason)
    for reason in ("correction_lapsed", "天气不好"):
        with pytest.raises(Refused) as told:
            rules.must_be_taken_back(mother, reason)
        assert told.value.code == "event.withdraw_reason"
    over = rules.apply(mother, rules.EventWithdrawn(on=DAY, reason="asked"))
    with pytest.raises(Conflict) as told:
        rules.must_be_taken_back(over, "asked")
    assert told.value.code == "event.over"
