"""Composing life events while a person answers questions: plans per second on one core for the city's own events, each for the
persons of its situations; and the time of one plan of 20 items: of the city's own taken at random, and drawn with 400 fields and
100 papers whose ways depend on each other, as no city would have them. The floor weighs the same conditions and looks once at
each field and paper, without choosing anything.

    uv run python -m bench.plans [--quick]
"""

import datetime as dt
import gc
import random
import statistics
import time
from collections.abc import Callable, Sequence

import click
from rich.table import Table

from bench.lab import console, load_average
from tongban.domain import event_check
from tongban.domain.calendar import Calendar
from tongban.domain.composer import compose
from tongban.domain.element import Element
from tongban.domain.expression import Expr
from tongban.domain.item import Field, Item, ItemVersion, Limits, PaperNeed, Prefill, Result, Step, Visits
from tongban.domain.life_event import After, EventItem, LifeEvent
from tongban.domain.material import Alternative, CredentialKind, MaterialKind
from tongban.domain.plan import Circumstances, Holdings, Known
from tongban.domain.plan_desk import environment
from tongban.domain.prepared import Prepared, Registry, prepare
from tongban.domain.situation import weigh
from tongban.domain.text import Text

Case = tuple[Prepared, Circumstances]
ITEMS, FIELDS, PAPERS = 20, 20, 5


def drawn(seed: int) -> Case:
    """An event of 20 items and a person of whom a third is known; always the same for a seed."""
    rng = random.Random(seed)
    elements = [Element(f"e{n}", Text(f"e{n}"), "boolean" if n % 4 == 0 else "text") for n in range(120)]
    elements += [Element(f"d{n}", Text(f"d{n}"), "boolean", reuse="never") for n in range(6)]
    kinds = [
        CredentialKind(f"c{n}", Text(f"c{n}"), "x", fields=tuple(f"e{rng.randrange(120)}" for _ in range(6)))
        for n in range(30)
    ]
    materials = [MaterialKind(f"m{n}", Text(f"m{n}"), "proof", Text("x"), _ways(rng)) for n in range(40)]
    versions = {f"i{n}": _version(rng, n) for n in range(ITEMS)}
    entries = tuple(
        EventItem(
            f"i{n}", Text("x"),
            after=tuple(After(f"i{k}", Text("x")) for k in {rng.randrange(n)} if rng.random() < 0.4) if n else (),
        )
        for n in range(ITEMS)
    )  # fmt: skip
    event = LifeEvent("event", Text("事"), "x", Text(""), entries, channels=("resident",))
    registry = Registry({e.code: e for e in elements}, {m.code: m for m in materials}, {k.code: k for k in kinds})
    held = Holdings(True, tuple(f"c{n}" for n in rng.sample(range(30), 5)), ("k0", "k1"))
    answers = {f"e{n}": rng.random() < 0.5 for n in range(0, 120, 4)}
    return prepare(event, versions, registry), Circumstances(
        dt.date(2026, 11, 23), answers, Known({}, {"self": held})
    )  # fmt: skip


def _ways(rng: random.Random) -> tuple[Alternative, ...]:
    found = [Alternative(credential=f"c{rng.randrange(30)}"), Alternative(paper=rng.choice(["original", "copy"]))]
    found += [Alternative(result=f"i{rng.randrange(ITEMS)}") for _ in range(rng.randrange(3))]
    found += [Alternative(declaration=f"d{rng.randrange(6)}")] if rng.random() < 0.25 else []
    found += [Alternative(check=f"k{rng.randrange(8)}", department="x")] if rng.random() < 0.4 else []
    return tuple(found)


def _version(rng: random.Random, n: int) -> ItemVersion:
    def when() -> Expr | None:
        if rng.random() < 0.7:
            return None
        asked = tuple(Expr("answer", value=f"e{rng.randrange(30) * 4}", source="boolean") for _ in range(2))
        return Expr(rng.choice(["all", "any"]), asked)

    fields = tuple(
        Field(f"e{e}", when=when(), prefill=(Prefill("person"),) if rng.random() < 0.4 else ())
        for e in rng.sample(range(120), FIELDS)
    )
    papers = tuple(
        PaperNeed(f"m{m}", key=rng.random() < 0.5, when=when(), tolerated_days=rng.choice([0, 0, 0, 10]))
        for m in rng.sample(range(40), PAPERS)
    )
    days = rng.choice([0, 3, 5, 10, 20])
    return ItemVersion(
        Item(f"i{n}", Text(f"i{n}"), "x"), 1, dt.date(2026, 1, 1), receivable=True, fields=fields, papers=papers,
        process=(Step("receive", "counter"), Step("decide", "department"), Step("deliver", "counter")),
        limits=Limits(days, days), visits=Visits(2, Text("x"), ("papers", "collect")), delivery=("counter", "mail"),
        results=(Result(Text("r"), f"c{rng.randrange(30)}"),),
    )  # fmt: skip


def of_the_city(many: int) -> tuple[list[Case], list[Case], Calendar]:
    """Every situation of every life event of the city; and ``many`` events of 20 of the city's items, taken at random."""
    from tongban.config.settings.base import CITY_FOLDER
    from tongban.registers.catalog.city import load
    from tongban.registers.catalog.event_situations import circumstances, prepared_on
    from tongban.registers.catalog.lint_events import registry, versions_on

    source = load(CITY_FOLDER)
    assert source.city is not None
    cases, mixed = [], []
    for row, _ in source.event_situations:
        prepared = prepared_on(source.city, row.given.event, row.given.today)
        if prepared is not None:
            cases.append((prepared, circumstances(row)))
    rng, known, day = random.Random(1), registry(source.city), dt.date(2027, 1, 4)
    versions = {code: v for code, v in versions_on(source.city, day).items() if v.receivable}
    for _ in range(many):
        codes = rng.sample(sorted(versions), ITEMS)
        event = LifeEvent(
            "event", Text("事"), "x", Text(""), tuple(EventItem(c, Text("x")) for c in codes), channels=("resident",)
        )
        held = Holdings(True, tuple(rng.sample(sorted(known.credentials), 10)), ("identity", "hukou"))
        mixed.append(
            (prepare(event, versions, known), Circumstances(day, {"hukou_kind": "shanghai"}, Known({}, {"self": held})))
        )
    return cases, mixed, Calendar.of(source.city.calendar)


def floor(case: Case, calendar: Calendar) -> int:
    """What any plan must do: weigh every condition, and look at every field and paper once."""
    prepared, given = case
    truth = weigh(prepared.compiled, environment(prepared, given), given.start)
    seen = 0
    for term in prepared.items:
        seen += sum(truth[field.test] is not False for field in term.fields)
        seen += sum(truth[paper.test] is not False for paper in term.papers)
    return seen


def times(
    cases: Sequence[Case], calendar: Calendar, act: Callable[[Case, Calendar], object], rounds: int
) -> list[float]:
    """Milliseconds of one core for each act, the first round (which fills what is kept) left out."""
    found = []
    for again in range(rounds + 1):
        for case in cases:
            begun = time.thread_time()
            act(case, calendar)
            if again:
                found.append((time.thread_time() - begun) * 1000)
    return found


def plan(case: Case, calendar: Calendar) -> object:
    """Compose one plan."""
    return compose(case[0], case[1], calendar)


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: fewer events, fewer rounds.")
def main(quick: bool) -> None:
    """Measure and print."""
    city, mixed, calendar = of_the_city(50 if quick else 500)
    big = [drawn(seed) for seed in range(100 if quick else 1000)]
    # Where items wait for each other and no department can confirm anything, the check of the catalog refuses the event.
    sound = [case for case in big if not event_check.circle(case[0])]
    rows = [
        (f"the city's events ({len(city)} situations)", city, 3 if quick else 40),
        ("20 of the city's items at random", mixed, 2 if quick else 10),
        ("drawn, 20 items, as may be published", sound, 2 if quick else 10),
        ("drawn, 20 items, full of circles", big, 1),
    ]
    table = Table(
        title=f"Composing plans, one core (load {load_average()}); aim: ≥ 1,000/s ordinary, p99 ≤ 5 ms at 20 items"
    )
    for head in ("", "items", "plans", "plans/s", "p50 ms", "p99 ms", "floor/s", "of the floor"):
        table.add_column(head, justify="left" if not head else "right")
    gc.freeze()
    for name, cases, rounds in rows:
        composed, bare = times(cases, calendar, plan, rounds), times(cases, calendar, floor, rounds)
        items = statistics.mean(len(case[0].items) for case in cases)
        rate, most = 1000 / statistics.mean(composed), 1000 / statistics.mean(bare)
        p99 = statistics.quantiles(composed, n=100)[98]
        table.add_row(
            name, f"{items:.0f}", f"{len(composed):,}", f"{rate:,.0f}", f"{statistics.median(composed):.2f}", f"{p99:.2f}",
            f"{most:,.0f}", f"{rate / most:.0%}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
