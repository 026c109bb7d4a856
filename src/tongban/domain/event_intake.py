"""What a person has said of a life event and brought for it so far: the draft, the submission and what is added to a held part alike.
Personal, so it lies sealed beside the log of a mother case and never in it."""

from typing import Any

import msgspec

from tongban.domain.handed_in import PaperIn
from tongban.domain.life_event import SELF


class EventPaper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A paper handed in for the event: whose it is (``self`` or a person of the event), and the paper."""

    paper: PaperIn
    of: str = SELF


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
