"""`tongban verify`: recompute every chain, fold and seal, and say what does not hold."""

import sys

import click
from rich.console import Console
from rich.progress import Progress

from tongban.config.commands import setup_django


@click.command(help="Recompute all chains, folds and audit seals.")
@click.option("--noted", default="", help="A newest seal noted before (printed at the end): is it still there?")
def verify(noted: str) -> None:
    """Exit code 1 when anything is wrong."""
    setup_django()
    from tongban.domain.actor import SYSTEM
    from tongban.plumbing.audit import service as audit
    from tongban.reads import verify as read

    console = Console()
    done = read.Checked()
    with Progress(console=console) as progress:
        bar = progress.add_task("Verifying cases", total=read.expected() or None)
        for done in read.verify(SYSTEM):
            progress.update(bar, completed=done.cases)
        progress.update(bar, total=done.cases, completed=done.cases)
    if noted and not audit.has(noted):
        done.wrong.append("the seal noted before is gone: seals were removed, or this is an older backup")
    console.print(
        f"{done.cases} cases, {done.facts} facts, {done.seals} seals over {done.audit_lines} audit lines: "
        + ("[green]all hold[/green]" if done.clean else f"[red]{len(done.wrong)} wrong[/red]")
    )
    for line in done.wrong[:50]:
        console.print(f"  [red]✗[/red] {line}")
    if newest := audit.head():
        console.print(f"newest seal [bold]{newest}[/bold]", highlight=False, soft_wrap=True)
    sys.exit(0 if done.clean else 1)
