"""Custody of a case that moves: which step, since when, by which light; nothing is said that this node cannot know."""

import datetime as dt

from tests.domain.test_case import AT, CALENDAR, DAY, A, B, C, opened
from tongban.domain import chain, facts, transfer
from tongban.domain.chain import Entry
from tongban.domain.transfer import Leg

HOUR = dt.timedelta(hours=1)
HOME = facts.HandedOver(on=DAY, to=B, reason="home")


def log(*bodies: facts.Body) -> list[Entry]:
    """One entry an hour."""
    entries: list[Entry] = []
    head = (0, b"")
    for i, body in enumerate(bodies):
        entries.append(chain.append("N", head, AT + i * HOUR, "staff:x", body))
        head = (entries[-1].n, entries[-1].hash)
    return entries


def test_a_case_that_never_moved_has_no_custody() -> None:
    assert transfer.legs("N", log(opened(), facts.TakenOver(on=DAY))) == ()


def test_each_passing_of_the_pen_is_a_leg_and_who_looks_takes_over() -> None:
    back = facts.HandedBack(on=DAY, to=A, reason="wrong_item")
    first, second = transfer.legs("N", log(opened("received", B), HOME, facts.TakenOver(on=DAY), back))
    assert (first.n, first.sender, first.to, first.back, first.reason) == (2, A, B, False, "home")
    assert (first.sent, first.taken, first.left) == (AT + HOUR, AT + 2 * HOUR, AT + 3 * HOUR)
    assert (second.n, second.sender, second.to, second.back, second.taken) == (4, B, A, True, None)


def test_whoever_accepts_has_looked_without_pressing_anything() -> None:
    accepted = facts.Accepted(on=DAY, legal_days=20, promised_days=10, since=DAY)
    (leg,) = transfer.legs("N", log(opened("received", B), HOME, accepted))
    assert leg.taken == AT + 2 * HOUR


def test_handed_on_without_a_look_is_passed_on() -> None:
    on = facts.HandedOver(on=DAY, to=C, reason="misjudged")
    first, second = transfer.legs("N", log(opened("received", B), HOME, on))
    assert (first.step, first.since, first.taken) == ("passed_on", AT + 2 * HOUR, None)
    assert second.sender == B and second.to == C


def _leg(**more: object) -> Leg:
    return Leg(2, A, B, False, "home", AT, DAY, **more)  # type: ignore[arg-type]


def test_between_centers_of_one_node_sent_and_delivered_are_one_moment() -> None:
    leg = transfer.noted(_leg(), lambda center: True, {})
    assert (leg.step, leg.arrived, leg.delivered, leg.since) == ("delivered", True, AT, AT)


def test_the_sender_knows_when_it_arrived_and_that_it_did_not_yet() -> None:
    def here(center: str) -> bool:
        return center == A

    under_way = transfer.noted(_leg(), here, {2: None})
    assert (under_way.step, under_way.since, under_way.arrived) == ("sent", AT, False)
    there = transfer.noted(_leg(), here, {2: AT + HOUR})
    assert (there.step, there.since) == ("delivered", AT + HOUR)


def test_the_receiver_has_it_and_others_do_not_pretend_to_know() -> None:
    receiver = transfer.noted(_leg(), lambda center: center == B, {})
    assert (receiver.step, receiver.since, receiver.arrived) == ("delivered", None, True)
    city = transfer.noted(_leg(), lambda center: False, {})
    assert (city.step, city.arrived) == ("sent", None)
    later = transfer.noted(_leg(taken=AT + HOUR), lambda center: False, {})
    assert (later.step, later.arrived, later.since) == ("taken", True, AT + HOUR)


def lit(leg: Leg, day: dt.date, after: dt.timedelta = dt.timedelta(0)) -> str:
    return transfer.leg_light(leg, 2, CALENDAR, AT + after, day)


def test_the_light_follows_the_transfer_limit_until_somebody_looks() -> None:
    leg = _leg(arrived=True, delivered=AT)
    assert transfer.limit(leg, 2, CALENDAR).on == dt.date(2026, 3, 4)
    lights = [lit(leg, DAY + dt.timedelta(days=n)) for n in range(4)]
    assert lights == ["green", "yellow", "yellow", "red"]
    assert lit(_leg(arrived=True, taken=AT), DAY + dt.timedelta(days=9)) == "none"
    assert lit(_leg(arrived=True, left=AT), DAY + dt.timedelta(days=9)) == "none"


def test_a_late_post_is_told_before_the_limit_is_near() -> None:
    leg = _leg(arrived=False)
    minutes = (1, 11, 61)
    assert [lit(leg, DAY, dt.timedelta(minutes=m)) for m in minutes] == ["green", "yellow", "red"]
    assert lit(_leg(), DAY, dt.timedelta(hours=3)) == "green", "unknown is not late"
