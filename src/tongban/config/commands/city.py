"""`tongban city`: a city of many nodes on this machine, and a day in it: residents come, cases travel, and in the end every node
tells the same story about every case."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tongban.config import nodes, weight
from tongban.config.city import City, chosen
from tongban.config.embedded import EmbeddedFailed
from tongban.config.evening import evening
from tongban.config.services import NotStarted, port_free
from tongban.config.settings.base import CITY_FOLDER, ROOT
from tongban.plumbing import clock


@click.group(help="A city of many nodes on this machine.")
def city() -> None:
    """1 + n nodes, a post office, and everything that runs in them."""


_DISTRICTS = click.option(
    "--districts", default=16, show_default=True, help="Nodes of districts; the city node hosts the rest."
)
_PORT = click.option(
    "--port", default=8100, show_default=True, help="Of the city node's web; the others follow. 0: free ones."
)
_VAR = click.option("--var", default="", help="Folder of the city; by default var/city.")


@city.command(help="Start the city and serve until Ctrl-C.")
@_DISTRICTS
@_PORT
@_VAR
def up(districts: int, port: int, var: str) -> None:
    """What an earlier `up` left in the folder goes on."""
    console = Console()
    _stoppable()
    sys.exit(0 if _run(console, _city(districts, port, var, 5_000, 2018), lambda made: None, once=False) else 1)


@city.command(help="Start the city anew, play a day, compare all nodes; serve until Ctrl-C unless --once.")
@_DISTRICTS
@_PORT
@_VAR
@click.option("--residents", default=3_000, show_default=True, help="How many come.")
@click.option("--rate", default=10.0, show_default=True, help="How many a second.")
@click.option("--seed", default=2018, show_default=True, help="The same seed is the same day.")
@click.option("--once", is_flag=True, help="End after the day; exit code 0 when all is well.")
def day(districts: int, port: int, var: str, residents: int, rate: float, seed: int, once: bool) -> None:
    """Stops cleanly and leaves no process."""
    console = Console()
    _stoppable()
    made = _city(districts, port, var, residents, seed)

    def play(started: City) -> bool:
        return _play(console, started, residents, rate, seed)

    sys.exit(0 if _run(console, made, play, once=once, anew=True) else 1)


def _stoppable() -> None:
    for asked in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell started us with SIGINT ignored; `kill` stops as cleanly as Ctrl-C.
        signal.signal(asked, signal.default_int_handler)


def _city(districts: int, port: int, var: str, residents: int, seed: int) -> City:
    from tongban.registers.catalog import city as catalog

    source = catalog.load(CITY_FOLDER)
    centers = tuple(c.code for c in source.city.places.centers) if source.city else ()
    layout = chosen(nodes.load(CITY_FOLDER / "nodes.yaml", "city"), districts, centers)
    folder = Path(var or Path(os.environ.get("TONGBAN_VAR") or ROOT / "var") / "city")
    return City(folder, layout, port=port, residents=max(5_000, residents), seed=seed)


def _run(console: Console, made: City, work: Callable[[City], bool | None], *, once: bool, anew: bool = False) -> bool:
    """Start, work, serve, stop; True when all was well."""
    good, pids = True, []
    begun = time.monotonic()
    try:
        with made:
            try:
                if anew:
                    made.anew()
                with console.status("Starting …") as status:
                    made.start(status.update)
                pids = made.pids()
                console.print(
                    f"[green]✓[/green] {len(made.houses)} nodes, {len(pids)} processes after {time.monotonic() - begun:.0f} s, "
                    f"{weight.pss(pids):,.0f} MiB", highlight=False,
                )  # fmt: skip
                good = work(made) is not False
                pids = made.pids()
                if not once:
                    _serve(console, made)
            except (EmbeddedFailed, NotStarted) as why:
                console.print(f"[red]{why}[/red]", highlight=False)
                good = False
            except KeyboardInterrupt:
                console.print("\nStopping …")
    except KeyboardInterrupt:
        made.stop()
    return _gone(console, made, pids) and good


def _gone(console: Console, made: City, pids: list[int]) -> bool:
    """Is really nothing left?"""
    left, listening = weight.left(pids), [p for p in made.ports() if not port_free(p)]
    if left or listening:
        console.print(f"[red]✗ left behind: processes {left}, ports {listening}[/red]", highlight=False)
        return False
    console.print("[green]✓[/green] stopped: no process left, no port open", highlight=False)
    return True


def _serve(console: Console, made: City) -> None:
    console.print("\n[bold]Doors[/bold]")
    for code, house in made.houses.items():
        console.print(
            f"  http://127.0.0.1:{house.port}/  {code:<10} {made.nodes.by_code[code].name.zh}", highlight=False
        )
    console.print("\nServing until Ctrl-C", highlight=False)
    while True:
        time.sleep(0.5)
        for name in made.mend():
            console.print(f"[yellow]{name} had ended and was started again[/yellow]", highlight=False)


def _play(console: Console, made: City, residents: int, rate: float, seed: int) -> bool:
    from tongban.config.crowd import Crowd
    from tongban.config.day import Day
    from tongban.config.machine import Machine

    crowd = Crowd(CITY_FOLDER, seed, clock.today())
    machines = {code: Machine(house.port, made.tokens[code]) for code, house in made.houses.items()}
    played = Day(machines, made.nodes, crowd, seed=seed, run=f"{seed}", rate=rate)
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    begun = time.monotonic()
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("A day", total=residents)

        def tell(now: Day) -> None:
            made.look_after()
            done = sum(s.closed for s in list(now.stories.values()))
            progress.update(
                bar,
                completed=done,
                description=f"{now.arrived} came, {now.open} open, {sum(now.tally.acts.values())} acts",
            )

        played.play(crowd.arrivals(residents), tell)
    return evening(console, made, played, time.monotonic() - begun)
