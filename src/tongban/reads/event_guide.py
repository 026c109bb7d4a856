"""The guide of a life event as a resident reads it before signing in: who, what, where, how long, how much, by which law, and what
is saved against doing each item by itself. All figures are composed here and now from the items, none is written down."""

import datetime as dt
from decimal import Decimal

import msgspec

from tongban.domain.composer import compose
from tongban.domain.item import SCOPE_NAMES
from tongban.domain.life_event import SELF, LifeEvent
from tongban.domain.plan import Circumstances, Counts, Holdings, Known, Plan, Unit
from tongban.domain.plan_words import Words
from tongban.domain.prepared import Prepared, said_once
from tongban.domain.text import Text
from tongban.plumbing import sockets
from tongban.reads.leaflet import DOUBT, EXAMPLE, OTHER, TOPICS, WHERE
from tongban.registers.catalog import queries as catalog

# The unit, and what it is called beside a figure.
FIGURES: tuple[tuple[Unit, str, Text], ...] = (
    ("visit", "visits", Text("跑几趟", "Trips")),
    ("paper", "papers", Text("交几份材料", "Papers")),
    ("field", "fields", Text("填几项", "Fields")),
    ("form", "forms", Text("填几张表", "Forms")),
    ("link", "links", Text("几个环节", "Steps")),
    ("day", "days", Text("多少个工作日", "Working days")),
)


class Tile(msgspec.Struct, frozen=True):
    """A life event among others."""

    code: str
    name: Text
    summary: Text
    online: bool
    legal: bool


class GuideItem(msgspec.Struct, frozen=True):
    """One item of the event: why it is in it, whose matter, and what stands to be known of it."""

    code: str
    name: Text
    why: Text
    whose: Text
    department: Text
    where: Text
    days: int
    optional: bool
    sometimes: bool
    later: Text


class Figure(msgspec.Struct, frozen=True):
    """One figure, item by item and all at once."""

    name: Text
    before: int
    after: int


class EventGuide(msgspec.Struct, frozen=True):
    """Everything about one life event on one page."""

    code: str
    name: Text
    summary: Text
    before: Text
    lead: Text
    items: tuple[GuideItem, ...]
    conditions: tuple[tuple[Text, str, Text], ...]
    papers: tuple[tuple[Text, Text, Text], ...]
    fetched: tuple[Text, ...]
    figures: tuple[Figure, ...]
    days: int
    visits: int
    where: tuple[Text, ...]
    fees: tuple[tuple[Text, Text, Decimal], ...]
    results: tuple[Text, ...]
    reactions: tuple[Text, ...]
    law: tuple[str, ...]
    questions: int
    enquiry: str
    complaint: str
    channels: tuple[str, ...]
    doubt: Text

    @property
    def online(self) -> bool:
        """Whether a resident may begin it here."""
        return "resident" in self.channels


def tiles(today: dt.date) -> tuple[tuple[Text, tuple[Tile, ...]], ...]:
    """All life events by topic; each stands under its first topic only."""
    groups: dict[str, list[Tile]] = {}
    for event in catalog.life_events().values():
        if event.valid_from <= today:
            tile = Tile(event.code, event.name, event.summary, "resident" in event.channels, event.audience == "legal")
            groups.setdefault(event.topics[0] if event.topics else OTHER, []).append(tile)
    ordered = sorted(groups.items(), key=lambda g: (g[0] == OTHER, all(t.legal for t in g[1]), -len(g[1])))
    return tuple((Text(topic, TOPICS.get(topic, "")), tuple(found)) for topic, found in ordered)


def guide(code: str, *, today: dt.date) -> EventGuide:
    """The guide of an event in the versions valid today. NotFound ``catalog.no_life_event``."""
    prepared = catalog.prepared(code, today)
    event, words = prepared.event, Words(prepared)
    plan = typical(prepared, today)
    whose = names_of(event)
    lead = catalog.departments().get(event.lead)
    brought = [paper for paper in plan.papers if paper.state in ("paper", "follow", "declaration")]
    return EventGuide(
        code=event.code, name=event.name, summary=event.summary, before=event.before or Text(""), lead=lead.name if lead else Text(""),
        items=_items(prepared, whose), conditions=_conditions(prepared),
        papers=tuple((words.materials[p.material].name, whose[p.of], _note(p.state)) for p in brought if p.material in words.materials),
        fetched=tuple(dict.fromkeys(words.materials[p.material].name for p in plan.papers if p.state in ("credential", "check") and p.material in words.materials)),
        figures=tuple(Figure(name, getattr(plan.before, key), getattr(plan.after, key)) for _, key, name in FIGURES),
        days=plan.after.days, visits=plan.after.visits, where=_where(prepared),
        fees=tuple((words.item(item), fee.item, fee.amount) for item, fee in plan.fees),
        results=tuple(dict.fromkeys(one.result.name for one in plan.results)), reactions=tuple(r.why for r in plan.reactions),
        law=tuple(dict.fromkeys(law.cite() for term in prepared.items for law in term.version.law)), questions=len(event.questions),
        enquiry=event.phones.enquiry or "962200", complaint=event.phones.complaint or "12345", channels=event.channels,
        doubt=DOUBT.get(event.evidence, EXAMPLE),
    )  # fmt: skip


def names_of(event: LifeEvent) -> dict[str, Text]:
    """The people of an event as the applicant reads them."""
    return {SELF: Text("您本人", "you"), **{person.code: person.name for person in event.people}}


def typical(prepared: Prepared, today: dt.date) -> Plan:
    """The plan before anything is asked: nothing is answered, and of the applicant all is fetched that departments give and
    no item of the event issues. What is fetched later may be less, and then the plan says so."""
    issued = {kind for term in prepared.items if term.entry.of == SELF for kind in term.issues}
    offers = sockets.plugged().offers()
    kinds = tuple(k for given, _ in offers.values() for k in given if k not in issued)
    checks = tuple(c for _, told in offers.values() for c in told)
    known = Known({}, {SELF: Holdings(True, kinds, checks)})
    given = Circumstances(today, known=known, pending=said_once(prepared))
    return compose(prepared, given, catalog.calendar(), catalog.places())


def _items(prepared: Prepared, whose: dict[str, Text]) -> tuple[GuideItem, ...]:
    departments = catalog.departments()
    found = []
    for term in prepared.items:
        entry, version = term.entry, term.version
        owner = departments[version.item.department]
        later = Text("")
        if entry.deferrable:
            later = Text(
                f"可以放到后面办,{entry.deferrable.until_days}天内办好即可",
                f"may follow within {entry.deferrable.until_days} days",
            )
        found.append(
            GuideItem(
                version.code, version.name, entry.why, whose[entry.of], owner.short if owner.short.zh else owner.name,
                SCOPE_NAMES[version.scope], term.days, entry.optional, entry.when is not None, later,
            )
        )  # fmt: skip
    return tuple(found)


def _conditions(prepared: Prepared) -> tuple[tuple[Text, str, Text], ...]:
    """Who may: each condition once, with its law and the items it belongs to."""
    found: dict[str, tuple[Text, str, list[Text]]] = {}
    for term in prepared.items:
        for condition in term.version.conditions:
            law = term.version.law_of(condition.law)
            row = found.setdefault(condition.text.zh, (condition.text, law.cite() if law else "", []))
            row[2].append(term.version.name)
    return tuple(
        (text, cite, Text("、".join(n.zh for n in names), ", ".join(n.en or n.zh for n in names)))
        for text, cite, names in found.values()
    )


def _where(prepared: Prepared) -> tuple[Text, ...]:
    found = []
    if "resident" in prepared.event.channels:
        found.append(Text("在这里网上申请,不用出门。", "Apply here, from home."))
    if "window" in prepared.event.channels:
        found.append(WHERE["direct"])
    if any(term.version.scope != "direct" for term in prepared.items):
        found.append(
            Text(
                "其中要由户籍地、居住地中心办的事项,由系统转过去,您不用再跑。",
                "What the center of your hukou or residence decides is passed on to it; you need not go there.",
            )
        )
    return tuple(found)


def _note(state: str) -> Text:
    return {
        "follow": Text("可以后补", "may follow"),
        "declaration": Text("可以书面承诺代替", "a declaration may take its place"),
    }.get(state, Text(""))


__all__ = ["Counts", "EventGuide", "Figure", "GuideItem", "Tile", "guide", "names_of", "tiles", "typical"]
