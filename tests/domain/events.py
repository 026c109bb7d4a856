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


# Made once: a strategy that is made anew in every draw is also validated anew, which takes longer than the draw.
_YES = st.booleans()
_PAPER = st.sampled_from([Alternative(paper="original"), Alternative(paper="copy")])
_DECLARATION = st.sampled_from([Alternative(declaration="d0"), Alternative(declaration="d1")])
_OTHERS = st.lists(
    st.one_of(
        st.sampled_from([Alternative(credential=kind) for kind in KINDS]),
        st.sampled_from([Alternative(result=code) for code in CODES]),
        st.just(Alternative(check="k0", department="x")),
        _DECLARATION,
    ),
    max_size=2,
)
_ONE_PAPER = st.one_of(_PAPER, _PAPER, _DECLARATION)
_PROOF = st.sampled_from(["proof", "proof", "photo"])
_GIVES = st.sets(st.sampled_from(["e0", "e1", "e2"]), max_size=1)
_KIND = st.sampled_from(KINDS)
_HELD, _CHECKED = st.sets(_KIND, max_size=1), st.sets(st.just("k0"), max_size=1)
_COUNT, _CHANNEL = st.integers(2, 4), st.sampled_from(["resident", "resident", "window"])
_ASKED = st.lists(st.sampled_from([e.code for e in ELEMENTS]), max_size=3, unique=True)
_NEEDED = st.lists(st.sampled_from(["m0", "m1", "m2"]), max_size=2, unique=True)
_TOLERATED, _DAYS, _WAIT = st.sampled_from([0, 0, 10]), st.sampled_from([0, 0, 1, 3, 8]), st.sampled_from([0, 0, 5])
_CAUSES = st.lists(st.sampled_from(["apply", "papers", "presence", "collect", "elsewhere"]), max_size=2)
_BY = st.sampled_from(["counter", "person"])
_STEPS = st.lists(st.sampled_from([Step("pay", "person"), Step("accept", "counter"), Step("deliver", "counter")]))
_DELIVERY = st.sampled_from([("counter",), ("mail",), ("counter", "electronic")])


@st.composite
def _ways(draw: st.DrawFn) -> tuple[Alternative, ...]:
    """One to three ways, in any order; at least one is a paper or a declaration, as the check of the catalog wants."""
    found = [*draw(_OTHERS), draw(_ONE_PAPER)]
    return tuple(draw(st.permutations(found)))


_WAYS = _ways()


@st.composite
def drawn(draw: st.DrawFn, deferrals: bool = False) -> tuple[Prepared, Circumstances]:
    """An event of two to four items and a person of whom something is known."""
    materials = tuple(material(f"m{n}", *draw(_WAYS), kind=draw(_PROOF)) for n in range(3))
    kinds = tuple(CredentialKind(code, Text(code), "x", fields=tuple(draw(_GIVES))) for code in KINDS)
    versions, entries = [], []
    for n in range(draw(_COUNT)):
        versions.append(_version(draw, f"i{n}"))
        entries.append(_entry(draw, n, deferrals))
    held = Holdings(draw(_YES), tuple(draw(_HELD)), tuple(draw(_CHECKED)))
    prepared = ready(tuple(entries), tuple(versions), registry(ELEMENTS, materials, kinds))
    return prepared, Circumstances(MONDAY, known=Known({}, {"self": held}), channel=draw(_CHANNEL))


def _version(draw: st.DrawFn, code: str) -> ItemVersion:
    fields = tuple(
        Field(e, required=draw(_YES), prefill=(Prefill("person"),) if draw(_YES) and e[0] == "e" else ())
        for e in draw(_ASKED)
    )
    needs = []
    for name in draw(_NEEDED):
        key = draw(_YES)
        needs.append(PaperNeed(name, key, None, draw(_YES), tolerated_days=draw(_TOLERATED)))
    causes: tuple[Any, ...] = tuple(draw(_CAUSES))
    results = (Result(Text("r"), draw(_KIND)),) if draw(_YES) else ()
    steps = [Step("receive", draw(_BY)), Step("decide", "department"), *draw(_STEPS)]
    return item(
        code, days=draw(_DAYS), fields=fields, papers=tuple(needs), results=results,
        visits=Visits(len(causes), Text("x") if causes else None, causes), process=tuple(steps), delivery=draw(_DELIVERY),
    )  # fmt: skip


def _entry(draw: st.DrawFn, n: int, deferrals: bool) -> EventItem:
    before = draw(st.sets(st.integers(0, n - 1), max_size=2)) if n else set()
    after = tuple(After(f"i{k}", Text("x"), draw(_WAIT)) for k in sorted(before))
    put_off = Deferral(30, Text("x")) if deferrals and draw(_YES) else None
    return EventItem(f"i{n}", Text("x"), after=after, deferrable=put_off)
