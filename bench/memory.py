"""Memory of the web and worker processes: after the start, after warming up (every kind of page once on every thread) and after
a load of acceptances and pages. PSS counts shared pages once, so it is what the machine really gives; the floor is a bare
Python with Django loaded.

    uv run python -m bench.memory [--quick] [--seconds N]
"""

import subprocess
import sys
import time

import click
from rich.table import Table

from bench import client, visitors, work
from bench.lab import Lab, console, load_average


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: small and short.")
@click.option("--seconds", default=20, show_default=True, help="Length of the load.")
def main(quick: bool, seconds: int) -> None:
    """Measure and print."""
    seconds = 3 if quick else seconds
    table = Table(title=f"Memory in MiB (load {load_average()})")
    for head in ("when", "web PSS", "web RSS", "worker PSS", "worker RSS", "PostgreSQL PSS"):
        table.add_column(head, justify="left" if head == "when" else "right")
    with Lab() as lab:
        from tongban.registers.catalog import queries

        centers = list(queries.places().centers)
        token = lab.token("case.receive", "case.read")
        with console.status("Measuring …"), lab.web():
            lab.services.worker()
            time.sleep(3)
            _row(table, lab, "after the start")
            few = visitors.requests(200, token, centers, 1)
            looks = [client.request("GET", f"/api/v1/cases?center={c}", token) for c in centers[:100]]
            client.drive(lab.port, 16, 60, few + looks + [client.request("GET", "/healthz")] * 50)
            _row(table, lab, "warmed up")
            load = client.drive(lab.port, 16, seconds, visitors.requests(seconds * 1200, token, centers, 2))
            client.drive(lab.port, 16, 60, looks * 4)
            _row(table, lab, f"after {len(load.times):,} acceptances")
    console.print(table)
    bare = (
        "import django, os; from bench.work import memory; m = memory([os.getpid()]); print(f'{m.pss:.0f} {m.rss:.0f}')"
    )
    done = subprocess.run([sys.executable, "-c", bare], capture_output=True, text=True, check=True)
    pss, rss = done.stdout.split()
    console.print(f"Floor: a bare Python with Django imported, one process: PSS {pss}, RSS {rss} MiB.")


def _row(table: Table, lab: Lab, when: str) -> None:
    cells = [when]
    for name in ("web", "worker"):
        found = work.memory(work.tree(lab.services.running[name].pid))
        cells += [f"{found.pss:.0f}", f"{found.rss:.0f}"]
    cells.append(f"{work.memory(work.tree(work.postmaster(lab.var / 'pg'))).pss:.0f}")
    table.add_row(*cells)


if __name__ == "__main__":
    main()
