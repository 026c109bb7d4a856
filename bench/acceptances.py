"""Acceptances (收件) a second over HTTP with everything that a real one writes: person, known values, visit, case, facts, sealed
answers, papers, number, audit line, idempotency key. Promise: 1,000 a second and p99 at most 100 ms at 16 connections on two
cores with the client on them, and at least a tenth of what pgbench reaches with the same statements.

    uv run python -m bench.acceptances [--quick] [--seconds N] [--rounds N]
"""

import statistics

import click
import msgspec
from rich.table import Table

from bench import client, floor, visitors, work
from bench.lab import Lab, console, load_average

POWERS = ("case.receive", "case.read", "person.read")


class Round(msgspec.Struct, frozen=True):
    """One measurement at some connections: ours, pgbench's, and the processor milliseconds of each part per acceptance."""

    load: client.Load
    floor: floor.Floor
    web: float
    database: float
    client: float


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: small and short.")
@click.option("--seconds", default=8, show_default=True, help="Length of one measurement.")
@click.option("--rounds", default=3, show_default=True, help="Measurements of each kind; the median is shown.")
def main(quick: bool, seconds: int, rounds: int) -> None:
    """Measure and print."""
    if quick:
        seconds, rounds = 2, 1
    with Lab() as lab:
        from tongban.registers.catalog import queries

        centers = list(queries.places().centers)
        body = next(b for b in visitors.bodies(20, centers, 1) if b["item"] == visitors.SENIOR)
        script = floor.script(floor.record(body, centers[0]), centers)
        token = lab.token(*POWERS)
        measured: dict[int, list[Round]] = {1: [], 16: []}
        with lab.web():
            seed = 1
            for turn in range(-1, rounds):
                for connections in measured:
                    seed += 1
                    with console.status(f"{connections} connections, round {turn + 1} of {rounds} (0 warms up) …"):
                        requests = visitors.requests(
                            seconds * 1500 if connections > 1 else seconds * 900, token, centers, seed
                        )
                        found = _measure(lab, connections, seconds, requests, script)
                    if turn >= 0:
                        measured[connections].append(found)
        _show(measured, rounds, seconds)


def _measure(lab: Lab, connections: int, seconds: int, requests: list[bytes], script: str) -> Round:
    web = work.tree(lab.services.running["web"].pid)
    database = work.tree(work.postmaster(lab.var / "pg"))
    before = work.cpu(web), work.cpu(database)
    load = client.drive(lab.port, connections, seconds, requests)
    # Backends that came in between are counted, too.
    database = work.tree(database[0])
    after = work.cpu(web), work.cpu(database)
    if set(load.statuses) != {"201"}:
        raise SystemExit(f"not every acceptance was received: {load.statuses}\n{load.sample}")
    count = len(load.times)
    reached = floor.run(lab.var, script, connections, max(2, seconds // 2))
    return Round(
        load, reached, (after[0] - before[0]) / count * 1e3, (after[1] - before[1]) / count * 1e3, load.cpu / count * 1e3
    )  # fmt: skip


def _show(measured: dict[int, list[Round]], rounds: int, seconds: int) -> None:
    table = Table(title=f"Acceptances over HTTP (median of {rounds} × {seconds} s; load {load_average()})")
    for head in ("connections", "a second", "p50 ms", "p99 ms", "pgbench a second", "ratio", "CPU ms: web", "database",
                 "client", "spread"):  # fmt: skip
        table.add_column(head, justify="right")
    for connections, found in measured.items():
        rates = [r.load.per_second for r in found]
        rate, base = statistics.median(rates), statistics.median(r.floor.per_second for r in found)

        def middle(of: str, found: list[Round] = found) -> str:
            return f"{statistics.median(getattr(r, of) for r in found):.2f}"

        table.add_row(
            str(connections), f"{rate:,.0f}", f"{statistics.median(r.load.at(0.5) for r in found):.1f}",
            f"{statistics.median(r.load.at(0.99) for r in found):.1f}", f"{base:,.0f}", f"{rate / base:.0%}",
            middle("web"), middle("database"), middle("client"), f"{min(rates):,.0f}–{max(rates):,.0f}",
        )  # fmt: skip
    console.print(table)
    console.print("Aims: 1,000 a second and p99 ≤ 100 ms at 16 connections; ratio ≥ 10 %.")


if __name__ == "__main__":
    main()
