"""Small life events for tests: built by hand in one line each, or drawn at random with circles, shared papers and results."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from tongban.domain.calendar import Calendar
from tongban.domain.element import Element
from tongban.domain.item import Field, Item, ItemVersion, Limits, PaperNeed, Prefill, Result, Step, Visits
from tongban.domain.life_event import After, Deferral, EventItem, LifeEvent
from tongban.domain.material import Alternative, CredentialKind, MaterialKind
from tongban.domain.plan import Circumstances, Holdings, Known
from tongban.domain.prepared import Prepared, Registry, prepare
from tongban.domain.text import Text

CALENDAR = Calendar.of([])
MONDAY = dt.date(2026, 11, 23)


def item(code: str, **parts: Any) -> ItemVersion:
    """An item version; ``days`` is its promise."""
    days = parts.pop("days", 0)
    parts.setdefault("process", (Step("receive", "counter"), Step("decide", "department"), Step("deliver", "counter")))
    parts.setdefault("delivery", ("mail",))
    return ItemVersion(
        Item(code, Text(code), "x"), 1, dt.date(2026, 1, 1), receivable=True, limits=Limits(days, days), **parts
    )


def material(code: str, *ways: Alternative, kind: Any = "proof") -> MaterialKind:
    """A kind of material with its ways."""
    return MaterialKind(code, Text(code), kind, Text("x"), ways)


def registry(
    elements: tuple[Element, ...] = (), materials: tuple[MaterialKind, ...] = (), kinds: tuple[CredentialKind, ...] = ()
) -> Registry:
    """Registries of these things."""
    return Registry({e.code: e for e in elements}, {m.code: m for m in materials}, {k.code: k for k in kinds})


def event(entries: tuple[EventItem, ...], **parts: Any) -> LifeEvent:
    """An event of these items."""
    return LifeEvent("event", Text("事"), "x", Text(""), entries, channels=("resident", "window"), **parts)


def ready(entries: tuple[EventItem, ...], versions: tuple[ItemVersion, ...], known: Registry, **parts: Any) -> Prepared:
    """An event made ready."""
    return prepare(event(entries, **parts), {v.code: v for v in versions}, known)


ELEMENTS = tuple(Element(f"e{n}", Text(f"e{n}"), "text") for n in range(4)) + tuple(
    Element(f"d{n}", Text(f"d{n}"), "boolean", reuse="never") for n in range(2)
)
CODES = ("i0", "i1", "i2", "i3")
KINDS = ("c0", "c1", "c2")


@st.composite
def ways(draw: st.DrawFn) -> tuple[Alternative, ...]:
    """One to three ways, in any order; at least one is a paper or a declaration, as the check of the catalog wants."""
    paper = st.sampled_from([Alternative(paper="original"), Alternative(paper="copy")])
    declaration = st.sampled_from([Alternative(declaration="d0"), Alternative(declaration="d1")])
    other = st.one_of(
        st.sampled_from([Alternative(credential=kind) for kind in KINDS]),
        st.sampled_from([Alternative(result=code) for code in CODES]),
        st.just(Alternative(check="k0", department="x")),
        declaration,
    )
    found = [*draw(st.lists(other, max_size=2)), draw(st.one_of(paper, paper, declaration))]
    return tuple(draw(st.permutations(found)))


@st.composite
def drawn(draw: st.DrawFn, deferrals: bool = False) -> tuple[Prepared, Circumstances]:
    """An event of two to four items and a person of whom something is known."""
    materials = tuple(
        material(f"m{n}", *draw(ways()), kind=draw(st.sampled_from(["proof", "proof", "photo"]))) for n in range(3)
    )
    kinds = tuple(
        CredentialKind(
            code, Text(code), "x", fields=tuple(draw(st.sets(st.sampled_from(["e0", "e1", "e2"]), max_size=1)))
        )
        for code in KINDS
    )
    count = draw(st.integers(2, 4))
    versions, entries = [], []
    for n in range(count):
        versions.append(draw(_version(f"i{n}")))
        entries.append(draw(_entry(n, deferrals)))
    held = Holdings(
        draw(st.booleans()),
        tuple(draw(st.sets(st.sampled_from(KINDS), max_size=1))),
        tuple(draw(st.sets(st.just("k0"), max_size=1))),
    )
    prepared = ready(tuple(entries), tuple(versions), registry(ELEMENTS, materials, kinds))
    channel = draw(st.sampled_from(["resident", "resident", "window"]))
    return prepared, Circumstances(MONDAY, known=Known({}, {"self": held}), channel=channel)


@st.composite
def _version(draw: st.DrawFn, code: str) -> ItemVersion:
    asked = draw(st.lists(st.sampled_from([e.code for e in ELEMENTS]), max_size=3, unique=True))
    fields = tuple(
        Field(
            e, required=draw(st.booleans()), prefill=(Prefill("person"),) if draw(st.booleans()) and e[0] == "e" else ()
        )
        for e in asked
    )
    needs = []
    for name in draw(st.lists(st.sampled_from(["m0", "m1", "m2"]), max_size=2, unique=True)):
        key = draw(st.booleans())
        needs.append(PaperNeed(name, key, None, draw(st.booleans()), tolerated_days=draw(st.sampled_from([0, 0, 10]))))
    causes: tuple[Any, ...] = tuple(
        draw(st.lists(st.sampled_from(["apply", "papers", "presence", "collect", "elsewhere"]), max_size=2))
    )
    results = (Result(Text("r"), draw(st.sampled_from(KINDS))),) if draw(st.booleans()) else ()
    steps = [Step("receive", draw(st.sampled_from(["counter", "person"]))), Step("decide", "department")]
    steps += draw(
        st.lists(st.sampled_from([Step("pay", "person"), Step("accept", "counter"), Step("deliver", "counter")]))
    )
    return item(
        code, days=draw(st.sampled_from([0, 0, 1, 3, 8])), fields=fields, papers=tuple(needs), results=results,
        visits=Visits(len(causes), Text("x") if causes else None, causes), process=tuple(steps),
        delivery=draw(st.sampled_from([("counter",), ("mail",), ("counter", "electronic")])),
    )  # fmt: skip


@st.composite
def _entry(draw: st.DrawFn, n: int, deferrals: bool) -> EventItem:
    before = draw(st.sets(st.integers(0, n - 1), max_size=2)) if n else set()
    after = tuple(After(f"i{k}", Text("x"), draw(st.sampled_from([0, 0, 5]))) for k in sorted(before))
    put_off = Deferral(30, Text("x")) if deferrals and draw(st.booleans()) else None
    return EventItem(f"i{n}", Text("x"), after=after, deferrable=put_off)
