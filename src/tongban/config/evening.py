"""The evening of a day: wait until no letter is under way, say who did what and how long it took, and compare all nodes."""

import subprocess
import sys
import time

import psycopg
from rich.console import Console
from rich.table import Table

from tongban.config import compare, weight
from tongban.config.city import City
from tongban.config.compare import Backlog, Compared
from tongban.config.day import Day

PATIENCE = 300.0


def evening(console: Console, city: City, day: Day, seconds: float) -> bool:
    """True when all is well."""
    with console.status("Waiting until nothing is under way …"):
        left, waited = quiet(city)
    for table in tables(city, day, seconds):
        console.print(table)
    weighed = weight.pss(city.pids())
    console.print(f"Memory: {weighed:,.0f} MiB (PSS) of {len(city.pids())} processes", highlight=False)
    for fault in [*day.tally.faults, *left][:20]:
        console.print(f"  [red]✗[/red] {fault}", highlight=False)
    console.print(
        f"[{'red' if left else 'green'}]{'✗' if left else '✓'}[/] letters: {sum(numbers(city).values()):,} posted, "
        f"{'some are not delivered' if left else 'all delivered'} {waited:.1f} s after the last act", highlight=False,
    )  # fmt: skip
    with console.status("Comparing all nodes …"):
        found = compare.compare(urls(city), city.nodes)
        lost = [s.number for s in day.stories.values() if s.number not in found.numbers]
        found.wrong += [f"{number}: received and lost" for number in lost]
    _say_compared(console, city, found)
    with console.status("Verifying each node …"):
        failed = verify(city)
    for node, said in failed.items():
        console.print(f"[red]✗ tongban verify at {node}:[/red] {said[-1_500:]}", highlight=False)
    if not failed:
        console.print(f"[green]✓[/green] tongban verify: clean at all {len(city.houses)} nodes", highlight=False)
    return not (day.tally.faults or left or found.wrong or failed)


def urls(city: City) -> dict[str, str]:
    """The databases of the nodes."""
    return {code: house.environment["DATABASE_URL"] for code, house in city.houses.items()}


def quiet(city: City, patience: float = PATIENCE) -> tuple[list[str], float]:
    """Wait until every letter has arrived everywhere; what is left in words, and the seconds it took."""
    begun = time.monotonic()
    while True:
        left = [said for node, url in urls(city).items() if (said := _left(node, url))]
        waited = time.monotonic() - begun
        if not left or waited > patience:
            return left, waited
        city.look_after()
        time.sleep(0.1)


def _left(node: str, url: str) -> str:
    """What is under way at this node, in words. A database that ended just now is mended by whoever looks after the city."""
    try:
        now = compare.backlog(url)
    except psycopg.OperationalError as why:
        return f"{node}: {why}"
    return "" if now.quiet else _words(node, now)


def _words(node: str, now: Backlog) -> str:
    said = ", ".join(f"{name} {getattr(now, name)}" for name in now.__struct_fields__ if getattr(now, name))
    return f"{node} still has: {said}"


def numbers(city: City) -> dict[str, int]:
    """Letters posted by each node."""
    sql = "select coalesce(sum(last), 0)::int from exchange_out_lane"
    return {node: int(compare.rows(url, sql)[0][0]) for node, url in urls(city).items()}


def verify(city: City) -> dict[str, str]:
    """`tongban verify` at each node; what it said where something is wrong."""
    failed = {}
    for code, house in city.houses.items():
        done = subprocess.run(
            [sys.executable, "-c", "from tongban.config.commands import main; main()", "verify"],
            env=house.environ() | {"COLUMNS": "400"}, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        if done.returncode:
            failed[code] = (done.stdout + done.stderr)[-20_000:]
    return failed


def tables(city: City, day: Day, seconds: float) -> list[Table]:
    """Who did what; how long it took."""
    tally = day.tally
    did = Table(title=f"A day with {day.arrived} residents in {seconds:.0f} s", title_justify="left")
    for head in ("who", "what", "times"):
        did.add_column(head, justify="right" if head == "times" else "left")
    for (who, what), times in sorted(tally.acts.items(), key=lambda pair: (pair[0][0], -pair[1])):
        did.add_row(who, what, f"{times:,}")
    for what, times in tally.refused.most_common():
        did.add_row("refused", what, f"{times:,}")
    scopes: dict[str, int] = {}
    for story in day.stories.values():
        scopes[story.brought.scope] = scopes.get(story.brought.scope, 0) + 1
    for scope, times in sorted(scopes.items(), key=lambda pair: -pair[1]):
        did.add_row("scope", scope, f"{times:,}")
    way = compare.ways(urls(city), city.nodes)
    took = Table(title="Milliseconds", title_justify="left")
    for head in ("what", "count", "p50", "p90", "p99", "most"):
        took.add_column(head, justify="left" if head == "what" else "right")
    kinds = {
        "receive, as the counter feels it": sorted(tally.ms.get("receive", [])),
        "any other act": sorted(tally.ms.get("act", [])),
        "hand-over, commit here to commit there": way.handed,
        "fact, commit here to commit at the city": way.copied,
    }
    for what, ms in kinds.items():
        took.add_row(what, f"{len(ms):,}", *(f"{compare.at(ms, share):,.0f}" for share in (0.5, 0.9, 0.99, 1.0)))
    return [did, took]


def _say_compared(console: Console, city: City, found: Compared) -> None:
    text = (
        f"{found.cases:,} cases, {found.entries:,} entries, {found.copies:,} copies on {len(city.houses)} nodes, "
        f"{found.crossed:,} cases crossed between nodes"
    )
    if found.wrong:
        console.print(f"[red]✗ {text}: {len(found.wrong)} wrong[/red]", highlight=False)
        for line in found.wrong[:20]:
            console.print(f"  [red]✗[/red] {line}", highlight=False)
    else:
        console.print(f"[green]✓[/green] {text}: every chain equal, one holder each", highlight=False)
