"""What may be done with a case now: MOVES and the rules beside it (acts.py), asked instead of tried, so that a screen shows
only the acts that can succeed. The acts themselves still decide; a test tries every option against them."""

from collections.abc import Callable
from typing import Literal

import msgspec

from tongban.domain.acts import JUDGING
from tongban.domain.case import MOVES, Case
from tongban.domain.item import ItemVersion

Act = Literal[
    "take_over",
    "accept",
    "finish",
    "ask_correction",
    "receive_correction",
    "add_papers",
    "start_special",
    "end_special",
    "review",
    "decide",
    "issue",
    "deliver",
    "not_accept",
    "hand_over",
    "hand_back",
    "withdraw",
    "revoke",
]


class Option(msgspec.Struct, frozen=True):
    """An act that is possible now: the power it needs at the holder, and whether a resident's visit at any counter is
    enough instead (``visit``), because the act belongs to the resident."""

    act: Act
    power: str
    visit: bool = False


_ALWAYS: Callable[[Case, ItemVersion], bool] = lambda case, version: True  # noqa: E731


def _accepts_here(case: Case, version: ItemVersion) -> bool:
    return not (case.hand_over == "received" and case.holder != case.handling)


def _decides_here(case: Case, version: ItemVersion) -> bool:
    """What is settled at home waits for the review; what is split is decided at home only."""
    if case.hand_over == "reviewed":
        return bool(case.reviewed)
    return case.hand_over != "received" or case.holder == case.handling


def only_refusal(case: Case) -> bool:
    """True where the holder may refuse but not grant: a review failed, and what home provides is home's to grant."""
    return case.hand_over == "reviewed" and case.holder != case.handling


def _finishes(case: Case, version: ItemVersion) -> bool:
    return version.handling == "on_the_spot" and case.stage == "accepted" and not case.follow


# act -> (kind of fact, power, may a visit stand in for it, what else must hold). The order is the order of work.
_ACTS: dict[Act, tuple[str, str, bool, Callable[[Case, ItemVersion], bool]]] = {
    "take_over": ("taken_over", "case.handle", False, lambda c, v: not c.looked),
    "accept": ("accepted", "case.handle", False, _accepts_here),
    "finish": ("decided", "case.receive", False, _finishes),
    "receive_correction": ("correction_received", "case.handle", True, _ALWAYS),
    "add_papers": ("papers_added", "case.handle", True, lambda c, v: bool(c.follow)),
    "review": ("reviewed", "case.handle", False, lambda c, v: not c.reviewed),
    "decide": ("decided", "case.handle", False, _decides_here),
    "ask_correction": ("correction_asked", "case.handle", False, lambda c, v: c.corrections == 0),
    "start_special": ("special_started", "case.handle", False, lambda c, v: bool(v.special)),
    "end_special": ("special_ended", "case.handle", False, _ALWAYS),
    "issue": ("result_issued", "case.handle", False, lambda c, v: bool(set(c.results) - set(c.issued))),
    "deliver": ("delivered", "case.handle", False, _ALWAYS),
    "not_accept": ("not_accepted", "case.handle", False, _accepts_here),
    "hand_over": ("handed_over", "case.handle", False, _ALWAYS),
    "hand_back": ("handed_back", "case.handle", False, lambda c, v: bool(c.came_from) and c.custody in ("sent", "taken")),
    "withdraw": ("withdrawn", "case.handle", True, _ALWAYS),
    "revoke": ("revoked", "case.supervise", False, _ALWAYS),
}  # fmt: skip
# Told once: the second round exists, but only for a supervisor with a reason.
_SECOND = Option("ask_correction", "case.supervise")


def options(case: Case, version: ItemVersion, *, lost: bool = False) -> tuple[Option, ...]:
    """The acts that the rulebook allows in this state, whoever acts; the reader keeps those the actor has power for. ``lost``: the
    form went with a disk, so nobody judges it, and it may be asked for however often something was."""
    moves, found = MOVES[case.stage], []
    for act, (kind, power, visit, holds) in _ACTS.items():
        if lost and kind in JUDGING:
            continue
        if kind in moves and (holds(case, version) or (lost and act == "ask_correction")):
            found.append(Option(act, power, visit))
        elif act == "ask_correction" and kind in moves and case.corrections:
            found.append(_SECOND)
    return tuple(found)


def at_any_counter(possible: tuple[Option, ...]) -> tuple[Option, ...]:
    """What is left where only a copy of the case lies: acts that belong to the resident, for whoever serves them. They travel
    to the holder; all else is done there."""
    return tuple(option for option in possible if option.visit)


def next_act(case: Case, possible: tuple[Option, ...], *, lost: bool = False) -> str:
    """The act that moves the case on, as a rule: the one to offer first; empty when nothing is waited for. A form that was ``lost``
    is asked for first of all."""
    wanted: dict[str, tuple[Act, ...]] = {
        "received": ("take_over", "accept"),
        "correcting": ("receive_correction",),
        "accepted": ("take_over", "finish", "decide", "review"),
        "special": ("end_special",),
        "decided": ("deliver",),
    }
    there = {option.act for option in possible}
    order = wanted.get(case.stage, ())
    if case.stage == "accepted" and case.hand_over == "reviewed" and not case.reviewed:
        order = ("take_over", "review")
    if lost:
        order = ("ask_correction", *order)
    return next((act for act in order if act in there), "")
