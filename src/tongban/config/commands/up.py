"""`tongban up`: everything on this machine, from nothing: database, migrations, catalog, departments, web and worker."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from tongban.config.commands import setup_django
from tongban.config.embedded import EmbeddedFailed
from tongban.config.services import NotStarted, Services
from tongban.domain.refusals import Refused


@click.command(help="Start everything on this machine: database, departments, web, worker.")
@click.option("--port", default=8000, show_default=True, help="Port of the web server on loopback.")
@click.option("--departments-port", default=8071, show_default=True, help="Port of the simulated departments.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--demo", is_flag=True, help="Make the demo's staff (their password is public) and play the journey.")
@click.option("--once", is_flag=True, help="End after the start (and the journey); exit code 0 when all is well.")
def up(port: int, departments_port: int, workers: int, demo: bool, once: bool) -> None:
    """Stops cleanly on Ctrl-C and leaves no process."""
    console = Console()
    for asked in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell started us with SIGINT ignored; `kill` stops as cleanly as Ctrl-C.
        signal.signal(asked, signal.default_int_handler)
    var = Path(os.environ.get("TONGBAN_VAR") or Path(__file__).resolve().parents[4] / "var")
    os.environ.setdefault("TONGBAN_PUBLIC_URL", f"http://127.0.0.1:{port}")
    good = True
    with Services(var, port=port, departments_port=departments_port) as services:
        try:
            services.say_where_departments_are()
            _begin(console, services, workers)
            if demo:
                from tongban.config.commands.journey import play

                good = play(console)
                _doors(console, port, departments_port, services.lay_card(demo_card()))
            if not once:
                console.print(f"\nServing on [bold]http://127.0.0.1:{port}[/bold] until Ctrl-C", highlight=False)
                _watch(console, services)
        except (EmbeddedFailed, NotStarted) as why:
            console.print(f"[red]{why}[/red]", highlight=False)
            good = False
        except Refused as why:
            console.print(f"[red]{why.text.zh}[/red]\n{why.text.en}", highlight=False)
            for problem in why.problems[:20]:
                console.print(f"  {problem.pointer} {problem.text.zh}", highlight=False)
            good = False
        except KeyboardInterrupt:
            console.print("\nStopping …")
    sys.exit(0 if good else 1)


def _begin(console: Console, services: Services, workers: int) -> None:
    with console.status("Starting PostgreSQL …"):
        services.database()
        setup_django()
    from django.core.management import call_command

    # Never at the top of this file: it reads the settings, which must find what `up` says of ports and addresses.
    from tongban.config import static

    with console.status("Migrating …"):
        call_command("migrate", verbosity=0)
    with console.status("Collecting screens …"):
        try:
            static.gather()
        except static.NotInstalled as missing:
            raise NotStarted(str(missing)) from missing
        call_command("collectstatic", verbosity=0, interactive=False)
    with console.status("Publishing the catalog …"):
        publication = _publish()
    console.print(f"[green]✓[/green] database migrated, {publication}", highlight=False)
    with console.status("Starting departments, web and worker …"):
        services.departments()
        services.web(workers)
        services.worker()
        until = time.monotonic() + 60
        while not services.healthy():
            if (why := services.died()) or time.monotonic() > until:
                raise NotStarted(why or "the web does not answer")
            time.sleep(0.1)
    console.print("[green]✓[/green] departments, web and worker are up", highlight=False)


def _publish() -> str:
    from django.conf import settings

    from tongban.domain.actor import SYSTEM
    from tongban.flows.publish import publish
    from tongban.plumbing import clock
    from tongban.registers.catalog import city, queries

    publication = publish(SYSTEM, city.load(settings.CITY_FOLDER), at=clock.now(), note="启动时发布")
    queries.forget()
    open_items = [v for v in queries.listing(clock.today()) if v.receivable]
    return f"{len(open_items)} items receivable (catalog {str(publication.digest)[:12]})"


def demo_card() -> str:
    """Whose card lies on the demo's reader: the son's, who brings his mother's papers."""
    from tongban.config.journey import SON

    return SON.name


def _doors(console: Console, port: int, departments_port: int, card: str) -> None:
    from tongban.config import demo

    base = f"http://127.0.0.1:{port}"
    console.print("\n[bold]Doors[/bold]")
    for path, what in (("/", "residents: life events, search, my matters, verify"), ("/window/", "clerks"), ("/console/", "operations"),
                       ("/api/v1/docs", "machines")):  # fmt: skip
        console.print(f"  {base}{path:<14} {what}", highlight=False)
    console.print(f"\n[bold]Demo logins[/bold] (password: {demo.PASSWORD})")
    for login, name, _, _, _, what in demo.MEMBERS:
        console.print(f"  {login:<12} {name}  {what}", highlight=False)
    _residents(console, base, departments_port)
    if card:
        console.print(f"\nOn the card reader lies the card of {card}; lay another on it:", highlight=False)
        console.print(
            f"  curl -H 'Content-Type: application/json' -d '{{\"name\": \"沈桂芳\"}}' http://127.0.0.1:{departments_port}/card-reader/insert",
            highlight=False, soft_wrap=True,
        )  # fmt: skip


def _residents(console: Console, base: str, departments_port: int) -> None:
    """How residents of the pretended city sign in; their telephone is a page of the pretended service."""
    from tongban.config import demo
    from tongban.simulated.realname import accounts

    phone = f"http://127.0.0.1:{departments_port}/realname/phone?number="
    console.print(f"\n[bold]Residents sign in[/bold] at {base}/sign-in with the number, then", highlight=False)
    console.print(
        f"  password {accounts.PASSWORD} and the code on their telephone ({phone}<number>),",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"  or the card on the reader and PIN {accounts.PIN}, or a code that a clerk issues", highlight=False)
    for resident, what in demo.RESIDENTS:
        console.print(f"  {resident.number}  {resident.name}  {what}", highlight=False)


def _watch(console: Console, services: Services) -> NoReturn:
    """Until Ctrl-C, or until something keeps ending (NotStarted)."""
    while True:
        time.sleep(0.5)
        for name in services.mend():
            console.print(f"[yellow]{name} had ended and was started again[/yellow]", highlight=False)
