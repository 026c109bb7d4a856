"""What a person has said of a life event and brought for it so far: the draft, the submission and what is added to a held part alike.
Personal, so it lies sealed beside the log of a mother case and never in it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from tongban.domain.handed_in import PaperIn
from tongban.domain.life_event import SELF


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who had the original of a paper in hand at a counter (a reference of staff), and when."""

    by: str
    at: dt.datetime


class EventPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paper handed in for the event: whose it is (``self`` or a person of the event), the paper, and who saw its original."""

    paper: PaperIn
    of: str = SELF
    seen: Seen | None = None

    @property
    def vouched(self) -> bool:
        """Whether its grade says that somebody stands for it: an authority (A) or a counter (B)."""
        return self.paper.grade in ("A", "B")


class EventIntake(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person has said and brought so far, saved at each step, right or wrong.

    ``answers``: element of the one form -> raw value. ``unsure``: asked, and not known. ``chosen``: item codes, None takes all
    that applies. ``declarations`` and ``follow`` are material codes (``person.material`` for others). ``insist``: items not to
    be put off. ``at_counter``: papers that will be shown at a counter. ``center``: my center. ``step``: where the person is.
    """

    answers: dict[str, Any] = {}
    unsure: tuple[str, ...] = ()
    chosen: tuple[str, ...] | None = None
    papers: tuple[EventPaper, ...] = ()
    declarations: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    insist: tuple[str, ...] = ()
    at_counter: tuple[str, ...] = ()
    center: str = ""
    step: str = ""


def witnessed(papers: Iterable[EventPaper], before: Iterable[EventPaper], here: Seen | None) -> tuple[EventPaper, ...]:
    """The papers with who saw each: at a counter (``here``) whoever grades it now, and otherwise only what the city remembers of this very
    paper (whose, which, graded how, which scan). What a paper says itself of having been seen counts for nothing: whoever sends it
    could say anything."""
    known = {(one.of, one.paper): one.seen for one in before if one.seen is not None}
    found = []
    for one in papers:
        seen = known.get((one.of, one.paper)) or (here if one.vouched else None)
        found.append(msgspec.structs.replace(one, seen=seen))
    return tuple(found)
