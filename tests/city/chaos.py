"""Chaos in a city: residents keep coming while everything breaks, by a seed; in the end nothing that was answered is lost, nothing
is there twice, every chain is the same wherever it is held, and every letter has arrived.

    python -m tests.city.chaos --districts 3 --minutes 5 --faults 200 --seed 7       (make chaos)
"""

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tests.city.link import Link, lines
from tests.city.storm import FAULTS, Storm
from tongban.config import compare, evening, nodes, services, weight
from tongban.config.city import City, chosen
from tongban.config.crowd import Crowd
from tongban.config.day import FORM_LOST, Day
from tongban.config.machine import Machine
from tongban.config.services import free_port, port_free
from tongban.config.settings.base import CITY_FOLDER
from tongban.plumbing import clock

PATIENCE = 300.0
# What `tongban verify` says of a case whose personal part was lost with a disk.
BARED = ("of the sealed values that the log names are gone: this node was restored",
         "a form that the log names is gone: this node was restored",
         "its person is gone (cases_case.applicant): this node was restored",
         "its person is gone (mothers_mother.applicant): this node was restored",
         "its person is gone (credentials_credential.holder): this node was restored")  # fmt: skip
# ... and of one that another node gave away after it had lost that part.
GIVEN = ("of the sealed values that the log names are gone: the case came so",
         "its person is gone (cases_case.applicant): the case came so")  # fmt: skip


class Outcome(msgspec.Struct):
    """What was broken and what came of it."""

    seed: int
    link: str = "proxy"
    seconds: float = 0.0
    struck: dict[str, int] = {}
    missed: dict[str, int] = {}
    residents: int = 0
    received: int = 0
    acts: int = 0
    resent: int = 0
    letters: int = 0
    refused_bags: int = 0
    # Forms that somebody should have judged and that had gone with a disk: they were asked for once more.
    missed_forms: int = 0
    cases: int = 0
    copies: int = 0
    entries: int = 0
    crossed: int = 0
    settled: float = 0.0
    bared: int = 0
    unheard: int = 0
    rolled_back: int = 0
    wrong: list[str] = []
    left: int = 0

    @property
    def faults(self) -> int:
        """How often something was broken."""
        return sum(self.struck.values())


def run(
    *, seed: int, districts: int, seconds: float, faults: int, rate: float, only: tuple[str, ...] = (),
    pause: tuple[float, float] = (0.5, 3.0), say: Any = lambda text: None, keep: bool = False, link: str = "auto",
    least: int = 0, least_kinds: int = 0,
) -> Outcome:  # fmt: skip
    """Found a city, let it live in the storm, and look at what is left. As long as residents still come or wait, the storm goes on
    until so many faults (``least``), of so many kinds, have happened: a busy machine needs longer for them."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-chaos-"))
    folder.chmod(0o711)
    crowd = Crowd(CITY_FOLDER, seed, clock.today())
    layout = chosen(nodes.load(CITY_FOLDER / "nodes.yaml", "city"), districts, crowd.centers)
    ports = {node.code: free_port() for node in layout.nodes}
    city = City(folder / "city", layout, seed=seed)
    links = lines(ports, city.nats_port, kind=link)
    for code, line in links.items():
        city.ways[code], city.houses[code].inside = line.way, line.inside
    found = Outcome(seed, "namespace" if any(line.inside for line in links.values()) else "proxy")
    pids: list[int] = []
    good = False
    try:
        # These deaths are no accident, and there are more of them than there may be.
        with city, mock.patch.object(services, "MENDED_A_MINUTE", 10_000):
            city.start(say)
            pids = city.pids()
            _live(city, crowd, links, found, seed, seconds, faults, rate, only, pause, say, (least, least_kinds))
            pids += city.pids()
        found.left = len(weight.left(pids)) + sum(not port_free(p) for p in city.ports())
        good = not found.wrong and not found.left
    finally:
        for link in links.values():
            link.close()
        if good or not keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            say(f"kept for a look: {folder}")
    return found


def _live(
    city: City, crowd: Crowd, links: dict[str, Link], found: Outcome, seed: int, seconds: float, faults: int, rate: float,
    only: tuple[str, ...], pause: tuple[float, float], say: Any, least: tuple[int, int],
) -> None:  # fmt: skip
    machines = {code: Machine(house.port, city.tokens[code], PATIENCE) for code, house in city.houses.items()}
    day = Day(machines, city.nodes, crowd, seed=seed, run=f"c{seed}", rate=rate, pause=0.5)
    storm = Storm(city, links, seed=seed, most=faults, pause=pause, only=only)
    begun = time.monotonic()
    most = max(1, int(seconds * rate))

    # The same set: what the storm finds to be gone, the day expects no longer.
    day.gone = storm.unheard

    def tell(now: Day) -> None:
        city.look_after()
        enough = sum(storm.struck.values()) >= least[0] and len(storm.struck) >= least[1]
        if enough and time.monotonic() - begun > seconds and not storm.over.is_set():
            storm.over.set()
            for link in links.values():
                link.heal()
        say(
            f"{time.monotonic() - begun:.0f} s: {now.arrived} came, {now.open} open, {sum(storm.struck.values())} faults, "
            f"{now.tally.again} sent again"
        )

    storm.start()
    day.play(crowd.arrivals(most), tell)
    storm.calm()
    left, found.settled = evening.quiet(city, PATIENCE)
    found.seconds = time.monotonic() - begun
    found.struck, found.missed = dict(storm.struck), dict(storm.missed)
    found.residents, found.received = day.arrived, len(day.stories)
    found.acts, found.resent = sum(day.tally.acts.values()), day.tally.again
    found.letters = sum(evening.numbers(city).values())
    found.missed_forms = sum(n for what, n in day.tally.refused.items() if what.endswith(FORM_LOST))
    found.refused_bags = sum(compare.backlog(url).refused for url in evening.urls(city).values())
    found.wrong = [*storm.faults, *day.tally.faults, *left, *_kept(city, day, storm.unheard, found)]
    if found.refused_bags and not storm.forged:
        found.wrong.append(f"{found.refused_bags} bags were refused and nobody forged any")
    for node, said in evening.verify(city).items():
        wrong, found.bared = _without_bared(node, said, node in storm.restored, found.bared, bool(storm.restored))
        found.wrong += wrong


def _without_bared(node: str, said: str, restored: bool, bared: int, any_restored: bool) -> tuple[list[str], int]:
    """What verify finds wrong at a node. A node that was put back to an older backup gets the log of its cases from the others, but
    what was personal and stood in its own lost database only (answers, whom they are about) is nowhere else, by design: facts
    carry no personal data. That is counted, not forgiven: it must be told by verify, and at such a node only, or at one to which it
    gave the case since."""
    lines = [line.strip(" ✗") for line in said.splitlines() if line.strip().startswith("✗")] or [said[-600:]]
    counted = (*(BARED if restored else ()), *(GIVEN if any_restored else ()))
    gone = [line for line in lines if any(words in line for words in counted)]
    return [f"tongban verify at {node}: {line}" for line in lines if line not in gone], bared + len(gone)


def _kept(city: City, day: Day, unheard: set[str], found: Outcome) -> list[str]:
    """What was told to the machines is what the city holds, each once; every copy is the same. Only what no other node had ever heard
    of when its node lost the disk may be missing (``unheard``); it is counted."""
    urls = evening.urls(city)
    compared = compare.compare(urls, city.nodes)
    found.cases, found.copies, found.entries = compared.cases, compared.copies, compared.entries
    found.crossed = compared.crossed
    wrong = list(compared.wrong)
    told = set(day.stories)
    found.unheard = len((told & unheard) - compared.numbers)
    found.rolled_back = len(told & unheard & compared.numbers)
    wrong += [f"{number}: received and lost" for number in sorted(told - compared.numbers - unheard)]
    wrong += [f"{number}: is there and nobody was told" for number in sorted(compared.numbers - told)]
    stages = dict(compare.rows(urls[city.nodes.city], "select number, stage from cases_case"))
    wrong += [
        f"{story.number}: was told {story.stage}, is {stages.get(story.number)}"
        for story in day.stories.values()
        if story.closed and story.number not in unheard and stages.get(story.number) != story.stage
    ]
    return wrong


def show(console: Console, found: Outcome) -> None:
    """The counts."""
    table = Table(
        title=f"Chaos, seed {found.seed}: {found.faults} faults in {found.seconds:.0f} s, lines cut by {found.link}",
        title_justify="left",
    )
    table.add_column("what was broken")
    table.add_column("times", justify="right")
    table.add_column("in vain", justify="right")
    for kind in FAULTS:
        if found.struck.get(kind) or found.missed.get(kind):
            table.add_row(kind, str(found.struck.get(kind, 0)), str(found.missed.get(kind, 0)))
    console.print(table)
    console.print(
        f"{found.residents:,} residents, {found.received:,} cases received, {found.acts:,} acts answered, {found.resent:,} sends "
        f"repeated; {found.letters:,} letters, all there {found.settled:.1f} s after the last act; {found.refused_bags} bags "
        f"refused; {found.cases:,} cases with {found.entries:,} entries in {found.copies:,} copies, {found.crossed:,} crossed",
        highlight=False,
    )  # fmt: skip
    if found.bared:
        console.print(
            f"{found.bared} findings of verify about what was personal and lay only in a database that was put back to an older "
            f"backup: answers and persons come back from no other node; {found.missed_forms} forms were missed by who had to judge them, "
            "and asked for once more", highlight=False,
        )  # fmt: skip
    if found.unheard or found.rolled_back:
        console.print(
            f"known to no other node when its disk was lost: {found.unheard} (and {found.rolled_back} stand as in the backup); "
            "archived WAL is the remedy, docs/nodes.md", highlight=False,
        )  # fmt: skip
    for line in found.wrong[:40]:
        console.print(f"  [red]✗[/red] {line}", highlight=False)
    if found.left:
        console.print(f"  [red]✗[/red] {found.left} processes or ports left behind", highlight=False)
    if not found.wrong and not found.left:
        console.print(
            "[green]✓[/green] no case lost that any other node had heard of, none twice, every chain equal and valid, one holder each, "
            "every letter delivered"
            if found.unheard or found.rolled_back
            else "[green]✓[/green] no case lost, none twice, every chain equal and valid, one holder each, every letter delivered",
            highlight=False,
        )


@click.command(help=__doc__)
@click.option("--seed", default=2026, show_default=True)
@click.option("--minutes", default=3.0, show_default=True, help="How long residents come and things break.")
@click.option("--districts", default=3, show_default=True)
@click.option("--faults", default=10_000, show_default=True, help="At most.")
@click.option(
    "--pause",
    nargs=2,
    type=float,
    default=(0.5, 3.0),
    show_default=True,
    help="Seconds between faults, least and most.",
)
@click.option("--rate", default=5.0, show_default=True, help="Residents a second.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(FAULTS)), help="Only faults of this kind; may be repeated."
)
@click.option(
    "--link", type=click.Choice(["auto", "namespace", "proxy"]), default="auto", show_default=True,
    help="How a node's line is cut: network namespaces need root.",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Keep the folder of a city in which something went wrong.")
def main(
    seed: int, minutes: float, districts: int, faults: int, rate: float, only: tuple[str, ...], link: str,
    keep: bool, pause: tuple[float, float],
) -> None:  # fmt: skip
    """Print the counts; exit code 1 when anything is wrong."""
    # Whoever ends it by kill, and not by Ctrl-C, leaves nothing behind either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    with console.status("Starting …") as status:
        found = run(
            seed=seed, districts=districts, seconds=minutes * 60, faults=faults, rate=rate, only=only, say=status.update,
            keep=keep, link=link, pause=pause,
        )  # fmt: skip
    show(console, found)
    sys.exit(1 if found.wrong or found.left else 0)


if __name__ == "__main__":
    main()
