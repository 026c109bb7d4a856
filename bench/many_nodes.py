"""What a case costs when the city is one node, and when it is seventeen: processor milliseconds of everything that runs (webs,
databases, mail rooms, workers, post office) for each case received, its letters delivered everywhere, and the memory of all. No
promise but this: a node that is alone pays for no letters, so the first line is the floor of the second.

    uv run python -m bench.many_nodes [--quick] [--districts N]
"""

import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.table import Table

from bench import client, visitors, work
from bench.lab import console, load_average


class Cost(msgspec.Struct, frozen=True):
    """One city: nodes, cases received, letters they wrote, processor ms a case (above what it uses at rest), share of a core at
    rest, MiB (PSS)."""

    nodes: int
    cases: int
    letters: int
    each: float
    rest: float
    memory: float


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: small and short.")
@click.option("--districts", default=16, show_default=True)
@click.option("--cases", default=2_000, show_default=True)
def main(quick: bool, districts: int, cases: int) -> None:
    """Measure and print."""
    if quick:
        districts, cases = 1, 200
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    measured = [_measure(0, cases), _measure(districts, cases)]
    table = Table(title=f"A case on one node and on many ({load_average()})", title_justify="left")
    for name in ("", *(f"{one.nodes} node{'s' if one.nodes > 1 else ''}" for one in measured), "ratio"):
        table.add_column(name, justify="left" if not name else "right")
    alone, many = measured
    table.add_row("processor ms a case", f"{alone.each:.2f}", f"{many.each:.2f}", f"{many.each / alone.each:.2f}")
    table.add_row("letters a case", f"{alone.letters / cases:.2f}", f"{many.letters / cases:.2f}", "")
    table.add_row("at rest, of one core", f"{alone.rest:.1%}", f"{many.rest:.1%}", "")
    table.add_row("memory, MiB", f"{alone.memory:,.0f}", f"{many.memory:,.0f}", f"{many.memory / alone.memory:.1f}")
    console.print(table)


def _measure(districts: int, cases: int) -> Cost:
    from tongban.config import evening, nodes
    from tongban.config.city import City, chosen
    from tongban.config.settings.base import CITY_FOLDER

    layout, centers = nodes.load(CITY_FOLDER / "nodes.yaml", "city"), _centers(CITY_FOLDER)
    var = Path(tempfile.mkdtemp(prefix="tongban-bench-"))
    var.chmod(0o711)
    try:
        with City(var, chosen(layout, districts, tuple(centers))) as city:
            with console.status(f"Starting {districts + 1} nodes …"):
                city.start()
                evening.quiet(city)
            with console.status("At rest …"):
                time.sleep(5)
                before = work.cpu(city.pids())
                time.sleep(10)
                rest = (work.cpu(city.pids()) - before) / 10
            before, begun, letters = work.cpu(city.pids()), time.monotonic(), sum(evening.numbers(city).values())
            with console.status(f"{cases:,} cases at {districts + 1} nodes …"):
                _receive(city, cases, centers)
                left, _ = evening.quiet(city)
            used = work.cpu(city.pids()) - before - rest * (time.monotonic() - begun)
            if left:
                raise click.ClickException("; ".join(left))
            letters = sum(evening.numbers(city).values()) - letters
            memory = work.memory(city.pids()).pss
        return Cost(districts + 1, cases, letters, used * 1000 / cases, rest, memory)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _centers(folder: Path) -> list[str]:
    from tongban.registers.catalog.files import read_file

    return [row["code"] for row in read_file(folder / "places.yaml", "places.yaml").data["centers"]]


def _receive(city: Any, cases: int, centers: list[str]) -> None:
    """Every node receives its centers' share of the cases."""
    rng, brought = random.Random(1), list(visitors.bodies(cases, centers, 1))
    shares: dict[str, list[dict[str, object]]] = {}
    for body in brought:
        center = rng.choice(centers)
        shares.setdefault(city.nodes.host(center), []).append(body | {"center": center})
    for node, bodies in shares.items():
        requests = [
            client.request(
                "POST", "/api/v1/cases", city.tokens[node], msgspec.json.encode(body), Idempotency_Key=f"{node}-{i}"
            )
            for i, body in enumerate(bodies)
        ]
        done = client.drive(city.houses[node].port, 4, 300, requests)
        if set(done.statuses) != {"201"}:
            raise click.ClickException(f"{node}: {done.statuses} {done.sample[:500]}")


if __name__ == "__main__":
    main()
