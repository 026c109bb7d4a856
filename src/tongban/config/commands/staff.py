"""`tongban staff add`: the first member of staff of a node, who then hires everybody else in the console. Whoever may run it owns
the machine anyhow; the trail says that it was done on the machine, and by which account of it."""

import getpass
import os
import re
import sys
import uuid

import click
from rich.console import Console

from tongban.config.commands import setup_django
from tongban.domain.actor import CITY, Actor
from tongban.domain.refusals import Refused

# What is needed to hire and empower the others, to publish, and to see what happened; nothing about residents.
FIRST = ("staff.manage", "catalog.publish", "exchange.manage", "audit.read", "board.read")


@click.group(help="The first member of staff of a node.")
def staff() -> None:
    """Members after the first are hired in the console."""


@staff.command()
@click.argument("login")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option(
    "--place", default=CITY, show_default=True, help="Where they work: a center (9 digits), a district (6) or the city."
)
@click.option(
    "--power", "powers", multiple=True, help=f"A power there; may be repeated.  [default: {', '.join(FIRST)}]"
)
@click.option(
    "--one-time", is_flag=True, help="Print a password that must be changed at the first sign-in; ask for none."
)
def add(login: str, name: str, place: str, powers: tuple[str, ...], one_time: bool) -> None:
    """Hire LOGIN and give the powers that a first member needs.

    The password is asked for twice and not shown; it is never an argument, because those are seen by all and kept by the shell."""
    setup_django()
    from tongban.domain import staffing as rule

    console = Console()
    try:
        # All that can be known to be wrong is said before a password is typed.
        rule.check_new(login.strip().lower(), name, place)
        given = [rule.check_grant(power, place) for power in powers or FIRST]
        password = rule.make_password(os.urandom(16)) if one_time else _asked()
        made = _hired(login, name, place, password, must_change=one_time)
        _granted(made, [grant.power for grant in given], place)
    except Refused as refused:
        for problem in refused.problems:
            console.print(f"[red]{problem.text.zh}[/red]\n{problem.text.en}", highlight=False)
        sys.exit(1)
    console.print(f"[green]✓[/green] {login.strip().lower()} ({name}) works in {place}", highlight=False)
    for grant in given:
        console.print(f"  {grant.power}", highlight=False)
    if one_time:
        console.print(f"\nPassword for the first sign-in, shown only now: [bold]{password}[/bold]", highlight=False)


def _asked() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again"))


def _by() -> Actor:
    """Who did it, as far as a machine knows: its account, in the characters that a reference may have."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = str(os.getuid())
    return Actor("system", f"system:command:{re.sub(r'[^A-Za-z0-9._-]', '_', account)[:40]}", "系统")


def _hired(login: str, name: str, place: str, password: str, *, must_change: bool) -> uuid.UUID:
    from tongban.flows import staffing
    from tongban.plumbing import clock

    return staffing.hire(_by(), login, name, place, password, at=clock.now(), must_change=must_change)


def _granted(member: uuid.UUID, powers: list[str], place: str) -> None:
    from tongban.flows import staffing
    from tongban.plumbing import clock

    for power in powers:
        staffing.grant(_by(), member, power, place, at=clock.now())
