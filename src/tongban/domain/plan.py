"""What a plan is: the items of a life event in this situation, one form, one set of papers, the steps in order, and beside it
the same done one by one, with the reason for each thing saved. What it is made from stands here too; composer.py makes it."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from tongban.domain.item import Cause, Condition, Fee, Law, Result
from tongban.domain.life_event import Deferral, Reaction
from tongban.domain.material import Alternative
from tongban.domain.text import Text

FieldSource = Literal["typed", "answered", "register", "credential", "check", "result", "fixed"]
PaperState = Literal["credential", "check", "result", "declaration", "paper", "follow", "later"]
Unit = Literal["link", "form", "field", "paper", "visit", "day"]


class KnownValue(msgspec.Struct, frozen=True):
    """A value the city knows: from the register, an e-licence, a check (``by`` names it), as of a day."""

    value: Any
    source: FieldSource = "register"
    by: str = ""
    as_of: dt.date | None = None


class Holdings(msgspec.Struct, frozen=True):
    """What can be had of one person without asking: whether the register knows them, e-licences that are good today,
    checks that departments answer with yes, items decided earlier in their favour."""

    register: bool = False
    credentials: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What is known: values by element of the event's form, and holdings by person (``self`` is the applicant)."""

    values: Mapping[str, KnownValue] = {}
    people: Mapping[str, Holdings] = {}


class Circumstances(msgspec.Struct, frozen=True):
    """What a plan is made for. ``unsure``: asked, and not known. ``chosen``: None takes all that applies. ``insist``: items
    not to be put off although they may be. ``pending``: what the form will still ask, so that a condition that only wants it
    said is open and not failed."""

    start: dt.date
    answers: Mapping[str, Any] = {}
    known: Known = Known()
    unsure: frozenset[str] = frozenset()
    chosen: frozenset[str] | None = None
    insist: frozenset[str] = frozenset()
    channel: str = "resident"
    center: str = ""
    pending: frozenset[str] = frozenset()


class Failing(msgspec.Struct, frozen=True):
    """A condition that does not hold, and its law."""

    condition: Condition
    law: Law | None


class PlanItem(msgspec.Struct, frozen=True):
    """An item and how it stands: ``in`` the plan, ``maybe`` in it (``asks`` would tell, or the result of an earlier item),
    ``not_eligible`` (``failing`` says why), ``blocked`` (it begins only after ``behind``, which this person cannot get),
    ``not_applicable`` (its ``when`` is false) or ``not_chosen``. The last four are not composed."""

    item: str
    version: int
    of: str
    why: Text
    state: Literal["in", "maybe", "not_eligible", "blocked", "not_applicable", "not_chosen"]
    failing: tuple[Failing, ...] = ()
    asks: tuple[str, ...] = ()
    optional: bool = False
    behind: str = ""


class FormField(msgspec.Struct, frozen=True, gc=False):
    """One element of the one form: where its value comes from (``by`` names the e-licence, check or item) and which items
    use it. ``maybe``: whether it is needed depends on answers still to come."""

    element: str
    source: FieldSource
    items: tuple[str, ...]
    by: str = ""
    value: Any = None
    as_of: dt.date | None = None
    reuse: Literal["always", "confirm", "never"] = "confirm"
    required: bool = True
    maybe: bool = False


class PlanPaper(msgspec.Struct, frozen=True, gc=False):
    """One material of one person and how it is satisfied for ``items``. ``original``: it must be seen. ``days``: within how
    many calendar days after acceptance what follows must come; if ``result_of`` issues it by then, it comes by itself."""

    material: str
    of: str
    state: PaperState
    items: tuple[str, ...]
    by: Alternative | None = None
    result_of: str = ""
    original: bool = False
    key: bool = False
    days: int = 0
    maybe: bool = False


class PlanVisit(msgspec.Struct, frozen=True):
    """One trip: before it starts, after, or to a place that is no counter; ``because`` of which items and why. ``place`` is
    a center, or the element that will name it; empty: any center."""

    when: Literal["start", "later", "elsewhere"]
    place: str
    because: tuple[tuple[str, Cause | Literal["follow", "window"]], ...]


class PlanStep(msgspec.Struct, frozen=True, gc=False):
    """A step of the graph. ``who`` is a department or ``self``; days are working days after the start, ``after`` the keys
    of the steps it waits for. ``critical``: the plan is as long as this and the other critical steps together."""

    key: str
    kind: Literal["apply", "visit", "handle", "pay", "attend", "later", "deferred"]
    item: str
    who: str
    start: dt.date
    end: dt.date
    start_day: int
    end_day: int
    after: tuple[str, ...] = ()
    critical: bool = False
    text: Text | None = None


class Counts(msgspec.Struct, frozen=True):
    """The figures of a way to do it."""

    items: int = 0
    links: int = 0
    forms: int = 0
    fields: int = 0
    papers: int = 0
    visits: int = 0
    days: int = 0


class Saving(msgspec.Struct, frozen=True, gc=False):
    """``count`` units that one by one costs and the plan does not (negative: that only the plan costs). ``what`` is the
    element, material, step or cause; ``because`` a key of plan_words.WHY; ``by`` the item, e-licence … that saves it."""

    unit: Unit
    item: str
    what: str
    because: str
    by: str = ""
    count: int = 1


class Promise(msgspec.Struct, frozen=True):
    """An item put off (甩项后置): done by ``until``, or else the consequence."""

    item: str
    until: dt.date
    deferral: Deferral


class PlanResult(msgspec.Struct, frozen=True):
    """What the person gets in the end, by which way."""

    item: str
    of: str
    result: Result
    delivery: Literal["counter", "mail", "electronic"]


class Plan(msgspec.Struct, frozen=True):
    """A whole plan. ``savings`` account for every difference between ``before`` and ``after``. What depends on answers
    still to come is composed as if it applied, so the figures are at most these."""

    event: str
    start: dt.date
    end: dt.date
    provisional: bool
    items: tuple[PlanItem, ...]
    form: tuple[FormField, ...]
    papers: tuple[PlanPaper, ...]
    visits: tuple[PlanVisit, ...]
    steps: tuple[PlanStep, ...]
    before: Counts
    after: Counts
    savings: tuple[Saving, ...]
    deferred: tuple[Promise, ...] = ()
    fees: tuple[tuple[str, Fee], ...] = ()
    results: tuple[PlanResult, ...] = ()
    reactions: tuple[Reaction, ...] = ()

    @property
    def composed(self) -> tuple[str, ...]:
        """The codes of the items that the plan does, perhaps or for certain."""
        return tuple(item.item for item in self.items if item.state in ("in", "maybe"))

    @property
    def fee(self) -> Decimal:
        """All fees in yuan."""
        return sum((fee.amount for _, fee in self.fees), Decimal(0))
