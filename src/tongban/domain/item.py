"""A service item (政务服务事项) and its dated, immutable versions: law, conditions, fields, papers, process, limits and
scope, all as data. Direct acceptance, 收受分离, settle-at-home and local-only are one word here and no mode elsewhere."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from tongban.domain.element import Answers, Evidence
from tongban.domain.expression import Expr
from tongban.domain.situation import Outcome, evaluate
from tongban.domain.text import Text

Scope = Literal["direct", "split", "settle_home", "local"]
Home = Literal["hukou", "residence", "employer"]
Handling = Literal["on_the_spot", "promised", "joint"]
Action = Literal["apply", "certificate", "query", "register"]
# Why one comes: to apply at all (no door online), to show papers, to be there oneself, to collect, or to a place that is no
# counter (a hospital, an inspection). The first four can be done for several items in one visit, the last cannot.
Cause = Literal["apply", "papers", "presence", "collect", "elsewhere"]
SPECIAL = ("hearing", "inspection", "appraisal", "expert_review", "publicity")

SCOPE_NAMES = {
    "direct": Text("全市通办(任一中心直接受理)", "any center accepts and decides"),
    "split": Text("全市收件(收受分离,由归属地中心办理)", "any center receives, the home center decides"),
    "settle_home": Text("受理地审核、户籍地结算", "reviewed where accepted, settled by the home district"),
    "local": Text("属地办理(只在归属地中心)", "home center only"),
}
HOME_NAMES = {
    "hukou": Text("户籍地", "hukou place"),
    "residence": Text("居住地", "residence place"),
    "employer": Text("单位所在地", "employer's place"),
}
HANDLING_NAMES = {
    "on_the_spot": Text("即办件", "on the spot"),
    "promised": Text("承诺件", "promised"),
    "joint": Text("联办件", "joint"),
}


class Law(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A legal basis; ``id`` is how conditions and fees of the same version name it."""

    id: str
    title: str
    number: str = ""
    article: str = ""
    url: str = ""
    evidence: Evidence = "reconstructed"

    def cite(self) -> str:
        """The law as a sentence cites it: title, number in brackets, article."""
        return f"{self.title}{'(' + self.number + ')' if self.number else ''}{self.article}"


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One condition of acceptance. Without ``test`` a person must judge it: it stays unknown to the machine."""

    id: str
    text: Text
    law: str = ""
    test: Expr | None = None
    evidence: Evidence = "reconstructed"


class Prefill(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a value may come from: the ``person`` register, a credential kind, or a data check of a department."""

    source: str = ""
    credential: str = ""
    check: str = ""
    department: str = ""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question of the form: always an element of the registry; ``when`` says in which situations it is asked."""

    element: str
    required: bool = True
    when: Expr | None = None
    prefill: tuple[Prefill, ...] = ()
    hint: Text | None = None
    evidence: Evidence = "reconstructed"


class PaperNeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A material that the item asks for. ``tolerated_days`` > 0: it may follow, calendar days after acceptance."""

    material: str
    key: bool = False
    when: Expr | None = None
    original: bool = True
    copies: int = 0
    tolerated_days: int = 0
    note: Text | None = None
    evidence: Evidence = "reconstructed"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of the process as the guide shows it. At a step of the ``counter`` or the ``person`` the person takes part;
    ``attend`` is an appointment, ``pay`` a payment."""

    step: Literal["receive", "accept", "attend", "review", "decide", "pay", "deliver"]
    who: Literal["counter", "back_office", "department", "person"]
    text: Text = Text("")
    days: int = 0


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Working days: by law, as promised, to accept, to hand over to the home center, for the person to correct."""

    legal_days: int = 0
    promised_days: int = 0
    accept_days: int = 5
    transfer_days: int = 2
    correction_days: int = 10


class Visits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often a person must come, and why; ``causes`` has a word for each visit (life events weigh them)."""

    count: int = 0
    reason: Text | None = None
    causes: tuple[Cause, ...] = ()


class Fee(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A charge in yuan; ``basis`` is the id of a law of the version."""

    item: Text
    amount: Decimal
    basis: str = ""
    unit: Text | None = None


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the person gets; ``credential`` is the kind issued."""

    name: Text
    credential: str = ""

    @property
    def code(self) -> str:
        """How a log names it: the kind issued, or the Chinese name of what is no licence."""
        return self.credential or self.name.zh


class Phones(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where to ask and where to complain: never the same number."""

    enquiry: str = ""
    complaint: str = ""


class Department(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A department of the city: owns items, issues credentials, answers checks through its connector."""

    code: str
    name: Text
    short: Text = Text("")
    credit_code: str = ""
    connector: str = "paper"
    evidence: Evidence = "reconstructed"


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What does not depend on the version: identity, owner, everyday names. Powers are given on the item."""

    code: str
    name: Text
    department: str
    catalog_code: str = ""
    business_code: str = ""
    aliases: tuple[str, ...] = ()
    audience: Literal["person", "legal"] = "person"
    topics: tuple[str, ...] = ()
    evidence: Evidence = "reconstructed"
    sources: tuple[str, ...] = ()
    note: Text | None = None


class ItemVersion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One dated edition of an item. A running case keeps the version that it was received under."""

    item: Item
    version: int
    valid_from: date
    receivable: bool = False
    action: Action = "apply"
    handling: Handling = "promised"
    joint: tuple[str, ...] = ()
    scope: Scope = "direct"
    home: Home | None = None
    summary: Text = Text("")
    law: tuple[Law, ...] = ()
    conditions: tuple[Condition, ...] = ()
    fields: tuple[Field, ...] = ()
    papers: tuple[PaperNeed, ...] = ()
    process: tuple[Step, ...] = ()
    limits: Limits = Limits()
    visits: Visits = Visits()
    channels: tuple[Literal["window", "resident", "kiosk", "hotline", "openapi", "console"], ...] = ()
    fully_online: bool = False
    fee: tuple[Fee, ...] | None = None
    results: tuple[Result, ...] = ()
    delivery: tuple[Literal["counter", "mail", "electronic"], ...] = ()
    phones: Phones = Phones()
    special: tuple[Literal["hearing", "inspection", "appraisal", "expert_review", "publicity"], ...] = ()
    evidence: Evidence = "reconstructed"
    sources: tuple[str, ...] = ()
    note: Text | None = None

    @property
    def code(self) -> str:
        """The item's code."""
        return self.item.code

    @property
    def name(self) -> Text:
        """The item's name."""
        return self.item.name

    def law_of(self, law_id: str) -> Law | None:
        """The law with this id in this version."""
        return next((law for law in self.law if law.id == law_id), None)


class Unmet(msgspec.Struct, frozen=True):
    """A condition that does not hold, or is not known to: the condition, its law, and the leaves that decided."""

    condition: Condition
    law: Law | None
    outcome: Outcome


class Eligibility(msgspec.Struct, frozen=True):
    """True, False, or None (unknown) with the reasons. ``ask`` are the elements whose answers would settle it;
    ``judge`` are conditions without a test, which a person settles."""

    value: bool | None
    failing: tuple[Unmet, ...] = ()
    unknown: tuple[Unmet, ...] = ()
    ask: tuple[str, ...] = ()
    judge: tuple[Condition, ...] = ()


def eligibility(version: ItemVersion, answers: Answers, today: date) -> Eligibility:
    """Weigh every condition that the machine can: one false makes it False, else one unknown makes it None."""
    failing: list[Unmet] = []
    unknown: list[Unmet] = []
    judge: list[Condition] = []
    for condition in version.conditions:
        if condition.test is None:
            judge.append(condition)
            continue
        outcome = evaluate(condition.test, answers, today)
        if outcome.value is not True:
            side = failing if outcome.value is False else unknown
            side.append(Unmet(condition, version.law_of(condition.law), outcome))
    ask = tuple(dict.fromkeys(code for unmet in unknown for code in unmet.outcome.ask))
    value = False if failing else None if unknown else True
    return Eligibility(value, tuple(failing), tuple(unknown), ask, tuple(judge))


class NeededField(msgspec.Struct, frozen=True):
    """A field weighed: ``needed`` True, False, or None when it depends on the answers to ``ask``."""

    field: Field
    needed: bool | None
    ask: tuple[str, ...] = ()


class NeededPaper(msgspec.Struct, frozen=True):
    """A paper weighed: ``needed`` True, False, or None when it depends on the answers to ``ask``."""

    need: PaperNeed
    needed: bool | None
    ask: tuple[str, ...] = ()


def needed_fields(version: ItemVersion, answers: Answers, today: date) -> tuple[NeededField, ...]:
    """The fields of this situation in form order; those that surely do not apply are left out."""
    weighed = ((field, _when(field.when, answers, today)) for field in version.fields)
    return tuple(NeededField(field, w.value, w.ask) for field, w in weighed if w.value is not False)


def weigh_papers(version: ItemVersion, answers: Answers, today: date) -> tuple[NeededPaper, ...]:
    """Every paper of the version with whether this situation needs it; what ``material.check`` wants."""
    weighed = ((need, _when(need.when, answers, today)) for need in version.papers)
    return tuple(NeededPaper(need, w.value, w.ask) for need, w in weighed)


def needed_papers(version: ItemVersion, answers: Answers, today: date) -> tuple[NeededPaper, ...]:
    """The papers of this situation in catalog order; those that surely do not apply are left out."""
    return tuple(paper for paper in weigh_papers(version, answers, today) if paper.needed is not False)


def _when(when: Expr | None, answers: Answers, today: date) -> Outcome:
    return Outcome(True) if when is None else evaluate(when, answers, today)
