"""Finding an item while a person waits: latency of the index with the city's items and with 5,000, and how often the right item
stands first or among the first three for the committed questions of residents (tests/reads/questions.yaml). The floor is the
plainest search there is: every name that contains the words as typed.

    uv run python -m bench.search [--quick]
"""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import msgspec
import yaml
from rich.table import Table

from bench.lab import Lab, console, load_average

READS = Path(__file__).parent.parent / "tests" / "reads"
QUESTIONS, EVENT_QUESTIONS = READS / "questions.yaml", READS / "event_questions.yaml"
# Other kinds of the same items, as a city of departments has them: what makes 5,000 of a hundred.
KINDS = (
    "企业",
    "个体工商户",
    "社会组织",
    "事业单位",
    "农业合作社",
    "外资企业",
    "园区",
    "学校",
    "医院",
    "养老机构",
    "建设工程",
    "道路运输",
)
WAYS = ("变更", "延续", "注销", "备案", "年检", "补证", "预审", "复核")


class Question(msgspec.Struct, frozen=True):
    """What somebody typed and the items that are a right answer."""

    ask: str
    item: tuple[str, ...]


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: fewer items, one pass.")
def main(quick: bool) -> None:
    """Measure and print."""
    raw = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    sets = {name: msgspec.convert(raw[name], tuple[Question, ...]) for name in ("asked", "unseen") if name in raw}
    with Lab():
        from tongban.plumbing import clock
        from tongban.reads import finder
        from tongban.reads.search import Entry, ItemIndex

        entries = finder._index(clock.today()).entries
        events = finder._event_index(clock.today()).entries
    wanted = 500 if quick else 5_000
    more = [
        msgspec.structs.replace(
            e, code=f"{e.code}-{i}", name=f"{kind}{e.name}{way}", codes=(), aliases=tuple(f"{kind}{a}{way}" for a in e.aliases[:3]),
            receivable=False,
        )
        for i, (kind, way) in enumerate((k, w) for k in KINDS for w in WAYS) for e in entries
    ]  # fmt: skip
    many: tuple[Entry, ...] = (*entries, *more[: wanted - len(entries)])
    table = Table(title=f"Finding an item (load {load_average()})")
    for head in ("", "items", "built s", "p50 ms", "p99 ms", *(f"{name}: first / top 3" for name in sets)):
        table.add_column(head, justify="left" if not head else "right")
    for name, those in (("index", entries), ("index", many)):
        begun = time.perf_counter()
        index = ItemIndex(those)
        built = time.perf_counter() - begun

        def find(text: str, index: ItemIndex = index) -> list[str]:
            return [hit.code for hit in index.find(text, 10)]

        _row(table, name, len(those), built, find, sets, 1 if quick else 5)
    _row(table, "floor: contains", len(many), 0.0, lambda text: _plain(many, text), sets, 1)
    said = yaml.safe_load(EVENT_QUESTIONS.read_text(encoding="utf-8"))
    meant = {name: tuple(Question(q["ask"], tuple(q["event"])) for q in said[name]) for name in sets}
    begun = time.perf_counter()
    of_events = ItemIndex(events)
    built = time.perf_counter() - begun
    _row(table, "life events", len(events), built, lambda text: [h.code for h in of_events.find(text, 10)], meant, 5)
    console.print(table)


def _plain(entries: Sequence[object], text: str) -> list[str]:
    return [e.code for e in entries if text in e.name][:10]  # type: ignore[attr-defined]


def _row(
    table: Table, name: str, items: int, built: float, find: Callable[[str], list[str]],
    sets: dict[str, tuple[Question, ...]], passes: int,
) -> None:  # fmt: skip
    times, cells = [], []
    for questions in sets.values():
        first = top = 0
        for one in questions:
            found: list[str] = []
            for _ in range(passes):
                begun = time.perf_counter()
                found = find(one.ask)
                times.append((time.perf_counter() - begun) * 1000)
            first += bool(found) and found[0] in one.item
            top += any(code in one.item for code in found[:3])
        cells.append(f"{first / len(questions):.0%} / {top / len(questions):.0%} of {len(questions)}")
    times.sort()
    table.add_row(
        name,
        f"{items:,}",
        f"{built:.1f}",
        f"{statistics.median(times):.2f}",
        f"{times[int(len(times) * 0.99)]:.2f}",
        *cells,
    )


if __name__ == "__main__":
    main()
