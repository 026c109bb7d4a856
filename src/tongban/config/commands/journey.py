"""`tongban journey`: play the journey against the database that runs, print what happened and check that all still holds."""

import datetime as dt
import sys

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from tongban.config.commands import setup_django


@click.command(help="Play the founding documents' journey through the real flows.")
def journey() -> None:
    """Needs a running database and departments: `tongban up` starts both."""
    setup_django()
    sys.exit(0 if play(Console()) else 1)


def play(console: Console) -> bool:
    """Play it, with progress; print the summary; True when everything verifies."""
    from tongban.config import demo
    from tongban.config.journey import Journey
    from tongban.plumbing import clock
    from tongban.plumbing.audit import service as audit

    now = clock.now()
    # The acts lie in the past week, so that the last of them is today and no worker meets a date in the future.
    actors = demo.make(now)
    demo.make_family(actors["putuo"], now)
    tale = Journey(actors, now - dt.timedelta(days=4, hours=2))
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("The journey", total=11)
        for step in tale.play():
            progress.advance(bar)
            progress.console.print(f"  [green]✓[/green] {step.title}\n    [dim]{step.done}[/dim]", highlight=False)
    papers = _print_papers(tale.receipts)
    audit.seal(clock.now())
    _summary(console, tale.receipts, papers)
    return _verify(console)


def _summary(console: Console, receipts: list, papers: list[str]) -> None:
    from tongban.domain.actor import SYSTEM
    from tongban.plumbing import clock
    from tongban.reads import progress as reads

    for receipt in receipts:
        seen = reads.of_case(SYSTEM, receipt.number, today=clock.today())
        table = Table(title=f"{seen.item_name.zh}  {receipt.number}  查询码 {receipt.query_code}", title_justify="left")
        for head in ("", "步骤 step", "时间 time", "中心 center", "国家事件"):
            table.add_column(head, overflow="fold")
        for step in seen.steps:
            when = step.at.astimezone(clock.CITY_ZONE)
            table.add_row(
                str(step.n), f"{step.word.zh} {step.word.en}", f"{when:%Y-%m-%d %H:%M}", step.center_name, step.exchange
            )
        console.print(table)
        console.print(f"  {seen.state.name.zh} · {seen.state.plain.zh}", highlight=False)
    for paper in papers:
        console.print(f"  PDF {paper}", highlight=False)


def _print_papers(receipts: list) -> list[str]:
    from django.conf import settings

    from tongban.channels.shared.printing import render
    from tongban.domain.actor import SYSTEM
    from tongban.plumbing import clock
    from tongban.reads import printout

    folder = settings.VAR / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    made, at = [], clock.now()
    for receipt in receipts:
        for kind in ("receipt", "acceptance", "correction", "decision", "delivery"):
            if kind not in printout.kinds_of(SYSTEM, receipt.number):
                continue
            path = folder / f"{receipt.number}-{kind}.pdf"
            path.write_bytes(render.pdf(printout.of_case(SYSTEM, receipt.number, kind, at=at), at=int(at.timestamp())))
            made.append(str(path.relative_to(settings.ROOT) if path.is_relative_to(settings.ROOT) else path))
    return made


def _verify(console: Console) -> bool:
    from tongban.domain.actor import SYSTEM
    from tongban.reads import verify

    *_, done = verify.verify(SYSTEM)
    text = f"verify: {done.cases} cases, {done.facts} facts, {done.seals} seals"
    console.print(f"[green]✓ {text}: all hold[/green]" if done.clean else f"[red]✗ {text}: {done.wrong[:10]}[/red]")
    return done.clean
