"""Hand-overs (移交) between two nodes: how many a second, how long from the commit at one node until the other shows the case, how
long it takes to catch up after a cut of ten minutes, and what each part costs. Promise: 1,000 a second, p50 at most 50 ms and p99
at most 500 ms. The floor is JetStream itself: the very bags of this run, published and consumed again by bare clients.

    uv run python -m bench.hand_overs [--quick] [--provider sm2|ed25519]
"""

import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
import psycopg
from rich.table import Table

from bench import jetstream, work
from bench.lab import console, load_average

FROM, HOME = "310107015", "310115005"
DISTRICT = "pudong"
CUT_RATE, CUT_SECONDS = 10, 600


class Drained(msgspec.Struct, frozen=True):
    """A pile of hand-overs that was carried: how many in all; of them, how many after the first were counted, in which time (s);
    and the processor milliseconds of each part for one, the start of its process included."""

    many: int
    counted: int
    seconds: float
    cost: dict[str, float]

    @property
    def rate(self) -> float:
        """Hand-overs a second."""
        return self.counted / self.seconds


class Pace(msgspec.Struct, frozen=True):
    """Hand-overs written at a steady rate: seconds from the commit at one node until the other shows the case."""

    rate: float
    waits: tuple[float, ...]

    def percentile(self, p: float) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.waits, n=1000)[min(998, int(p * 10) - 1)] * 1000


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: small and short.")
@click.option("--provider", type=click.Choice(["sm2", "ed25519"]), default="sm2", show_default=True)
@click.option("--many", default=4_000, show_default=True, help="Hand-overs of the pile.")
@click.option("--rate", default=50, show_default=True, help="Hand-overs a second while latency is measured.")
@click.option("--seconds", default=30, show_default=True, help="How long latency is measured.")
def main(quick: bool, provider: str, many: int, rate: int, seconds: int) -> None:
    """Measure and print."""
    if quick:
        many, rate, seconds = 600, 50, 4
    # Whoever ends the bench by kill, and not by Ctrl-C, leaves nothing behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    var = Path(tempfile.mkdtemp(prefix="tongban-bench-"))
    var.chmod(0o711)
    try:
        with _two_nodes(var, provider) as city:
            with console.status("Warming up …"):
                _write(city, 50, 0)
                _wait(city, 50)
            pile = _pile(city, many, stop=("city", DISTRICT))
            carried, bags = _count(city), jetstream.read_all(city, DISTRICT)
            floor = jetstream.carry(city, bags, at_least=0.5 if quick else 3.0)
            pace = _pace(city, rate, seconds)
            missed = CUT_RATE * (20 if quick else CUT_SECONDS)
            behind = _pile(city, missed, stop=(DISTRICT,))
        _show(pile, pace, behind, floor, carried, bags, provider)
    finally:
        shutil.rmtree(var, ignore_errors=True)


@contextmanager
def _two_nodes(var: Path, provider: str) -> Iterator[Any]:
    """The city node, which here hosts 普陀, and 浦东, each with a database and a mail room; their webs rest."""
    from tongban.config import nodes
    from tongban.config.city import City
    from tongban.config.settings.base import CITY_FOLDER
    from tongban.domain.nodes import Nodes

    layout = nodes.load(CITY_FOLDER / "nodes.yaml", "city")
    two = Nodes(tuple(n for n in layout.nodes if n.code in ("city", DISTRICT)))
    with City(var, two, provider=provider) as city:
        with console.status("Starting two nodes …"):
            city.start()
            for house in city.houses.values():
                for name in ("web", "worker"):
                    _end(house, name)
        yield city


def _end(house: Any, name: str) -> None:
    process = house.running.pop(name)
    process.terminate()
    process.wait(20)


def _write(city: Any, many: int, rate: float) -> list[tuple[str, float]]:
    """Receive split cases at the city node; (number, moment of the commit) of each."""
    house = city.houses["city"]
    command = [sys.executable, "-m", "bench.writer", str(many), str(rate), FROM, HOME, str(time.monotonic_ns())]
    done = subprocess.run(command, env=house.environ(), capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(done.stderr[-3000:])
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def _arrived(city: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(city.houses[DISTRICT].database(), autocommit=True)


def _wait(city: Any, more: int, before: int = 0) -> tuple[int, float]:
    """Wait until so many more cases are at the district: how many came after the first look that showed any, and in which time
    (s). So the start of the processes does not count, nor what was there when it was over."""
    first, already, until = 0.0, 0, time.monotonic() + 300
    with _arrived(city) as line:
        while time.monotonic() < until:
            (there,) = line.execute("select count(*) from cases_case").fetchone() or (0,)
            now = time.monotonic()
            if there > before and not first:
                first, already = now, there - before
            if there >= before + more:
                return more - already, now - first
            time.sleep(0.01)
    raise click.ClickException(f"only {there - before} of {more} arrived in five minutes")


def _count(city: Any) -> int:
    with _arrived(city) as line:
        (there,) = line.execute("select count(*) from cases_case").fetchone() or (0,)
    return int(there)


def _pile(city: Any, many: int, stop: tuple[str, ...]) -> Drained:
    """Write hand-overs while these mail rooms rest, then let them work: from the first that arrives to the last."""
    before = _count(city)
    with console.status(f"Writing {many:,} hand-overs while the mail rooms of {' and '.join(stop)} rest …"):
        for code in stop:
            _end(city.houses[code], "mailroom")
        _write(city, many, 0)
    with console.status("Carrying them …"):
        used = _used(city)
        for code in stop:
            city.houses[code].mailroom()
        counted, seconds = _wait(city, many, before)
        cost = {name: (seconds - used.get(name, 0)) * 1000 / many for name, seconds in _used(city).items()}
    return Drained(many, counted, seconds, cost)


def _used(city: Any) -> dict[str, float]:
    found = {"nats": work.cpu(work.tree(city.shared.running["nats"].pid))}
    for code, house in city.houses.items():
        side = "sender" if code == "city" else "receiver"
        if "mailroom" in house.running:
            found[f"{side}: mail room"] = work.cpu(work.tree(house.running["mailroom"].pid))
        found[f"{side}: database"] = work.cpu(work.tree(work.postmaster(house.data)))
    return found


def _pace(city: Any, rate: int, seconds: int) -> Pace:
    """Write at a steady rate and look every two milliseconds what has come."""
    many, before = rate * seconds, _count(city)
    seen: dict[str, float] = {}
    house = city.houses["city"]
    command = [sys.executable, "-m", "bench.writer", str(many), str(rate), FROM, HOME, str(time.monotonic_ns())]
    with console.status(f"{rate} hand-overs a second for {seconds} s …"), _arrived(city) as line:
        last = (line.execute("select max(number) from cases_case").fetchone() or ("",))[0] or ""
        with subprocess.Popen(command, env=house.environ(), stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            until = time.monotonic() + seconds + 120
            while len(seen) < many and time.monotonic() < until:
                rows = line.execute(
                    "select number from cases_case where number > %s order by number", [last]
                ).fetchall()
                now = time.monotonic()
                seen |= {number: now for (number,) in rows}
                last = rows[-1][0] if rows else last
                time.sleep(0.002)
            written = [tuple(json.loads(one)) for one in writer.stdout]
    assert len(seen) == many, f"{many - len(seen)} of {many} never arrived ({before} before)"
    return Pace(rate, tuple(seen[number] - moment for number, moment in written))


def _show(
    pile: Drained, pace: Pace, behind: Drained, floor: jetstream.Carried, carried: int, bags: list[bytes], provider: str
) -> None:
    table = Table(title=f"Hand-overs between two nodes, bags by {provider} ({load_average()})", title_justify="left")
    for name in ("what", "figure", "promise"):
        table.add_column(name, justify="left" if name == "what" else "right")
    per_bag = carried / len(bags)
    table.add_row(f"hand-overs a second, a pile of {pile.many:,}", f"{pile.rate:,.0f}", "≥ 1,000")
    table.add_row("  the same bags by bare JetStream, hand-overs a second", f"{floor.rate * per_bag:,.0f}", "")
    table.add_row("  ratio to that floor", f"{pile.rate / (floor.rate * per_bag):.1%}", "")
    table.add_row("  bags, kB each", f"{len(bags):,} of {floor.size / 1000:,.0f}", "")
    table.add_row(f"commit → visible at {pace.rate:g}/s, p50", f"{pace.percentile(50):.0f} ms", "≤ 50 ms")
    table.add_row("  p99", f"{pace.percentile(99):.0f} ms", "≤ 500 ms")
    table.add_row("  one bare message there and acked, p50", f"{floor.p50 * 1000:.1f} ms", "")
    table.add_row(
        f"catching up {behind.many:,} hand-overs (a cut of {behind.many / CUT_RATE / 60:.1f} min at {CUT_RATE}/s)",
        f"{behind.seconds:.1f} s",
        "",
    )
    for part, cost in sorted(pile.cost.items()):
        table.add_row(f"  processor ms for one hand-over: {part}", f"{cost:.2f}", "")
    console.print(table)


if __name__ == "__main__":
    main()
