"""`tongban node`: run one node of a city of many, and make the keys by which the others know it."""

import os
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import click
import msgspec
from django.core.exceptions import ImproperlyConfigured
from rich.console import Console

from tongban.config import nodes
from tongban.config.embedded import EmbeddedFailed
from tongban.config.node import NodeHouse
from tongban.config.services import NotStarted
from tongban.config.settings.base import CITY_FOLDER, ROOT
from tongban.exchange import keys
from tongban.plumbing import clock, crypto, signing
from tongban.plumbing.crypto import KeysRefused
from tongban.plumbing.providers import PROVIDERS

_VAR = "Its folder; by default TONGBAN_VAR, else var/nodes/NAME."


@click.group(help="Run one node of the city, or make its keys.")
def node() -> None:
    """One node = one folder = one database."""


def folder(name: str, given: str) -> Path:
    """Where a node keeps what it has."""
    return Path(given or os.environ.get("TONGBAN_VAR") or ROOT / "var" / "nodes" / name).resolve()


def layout() -> str:
    """Who runs nodes by name means the city of many, unless told otherwise."""
    return os.environ.get("TONGBAN_LAYOUT") or "city"


def known(name: str) -> bool:
    """Is the node alone in its layout? Stops with words when the layout does not have it."""
    path = Path(os.environ.get("TONGBAN_NODES") or CITY_FOLDER / "nodes.yaml")
    try:
        found = nodes.load(path, layout())
    except ImproperlyConfigured as why:
        raise click.ClickException(str(why)) from None
    if name not in found.by_code:
        raise click.ClickException(f"{name} is not in layout {layout()} of {path}; it has: {', '.join(found.by_code)}")
    return len(found.nodes) == 1


def key_file(var: Path) -> Path:
    """The node's private keys."""
    return Path(os.environ.get("TONGBAN_NODE_KEY") or var / "node-key.json")


def ring_file(var: Path) -> Path:
    """Everybody's public keys."""
    return Path(os.environ.get("TONGBAN_RING") or var / "ring.json")


@node.command(
    "keys", help="Make a key for the node NAME and print the public part, which belongs into every node's ring."
)
@click.argument("name")
@click.option("--provider", type=click.Choice(list(PROVIDERS)), default="sm2", show_default=True)
@click.option("--var", default="", help=_VAR)
@click.option("--enrol", is_flag=True, help="Put the public part into the ring file of this machine, too.")
@click.option(
    "--like", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
    help="A key file (keys.json) of another node: the key that all nodes share is taken from it.",
)  # fmt: skip
def make_keys(name: str, provider: str, var: str, enrol: bool, like: Path | None) -> None:
    """Again: one more key beside the old one (rotation)."""
    alone = known(name)
    place = folder(name, var)
    try:
        if not alone:
            _share(_sealing(place), like)
        signing.make(Path(os.environ.get("TONGBAN_SIGNING_KEY") or place / "signing-key.json"), provider)
        public = keys.make(key_file(place), name, provider, at=clock.now())
        if enrol:
            keys.enrol(ring_file(place), public)
    except KeysRefused as why:
        raise click.ClickException(str(why)) from None
    click.echo(msgspec.json.format(msgspec.json.encode(public), indent=1).decode())


def _sealing(var: Path) -> Path:
    """The keys that seal what is personal."""
    return Path(os.environ.get("TONGBAN_KEY_FILE") or var / "keys.json")


def _share(own: Path, like: Path | None) -> None:
    """The key file for personal data, with the one key that all nodes share; a first node makes that key."""
    person = crypto.person_key(like) if like else ""
    if like and not person:
        raise click.ClickException(f"{like} holds no person key: name the key file of a node that was made for many.")
    if own.exists():
        if person and crypto.person_key(own) != person:
            raise click.ClickException(
                f"{own} is there with another person key. Before anybody was met: remove it and try again. Afterwards: never."
            )
        return
    crypto.make_key_file(own, person or secrets.token_hex(32))
    if not person:
        click.echo(
            f"{own}: a new person key. Every other node needs the same: tongban node keys NODE --like {own}", err=True
        )


@node.command(help="Run the node NAME on this machine: database, mail room, web and worker.")
@click.argument("name")
@click.option("--port", default=8000, show_default=True, help="Port of the web server on loopback.")
@click.option("--departments-port", default=8071, show_default=True, help="Port of the simulated departments.")
@click.option("--workers", default=1, show_default=True, help="Web processes.")
@click.option("--threads", default=8, show_default=True, help="Threads of each web process.")
@click.option("--small", is_flag=True, help="One of many on this machine: little memory.")
@click.option("--var", default="", help=_VAR)
@click.option("--publish", default="", metavar="NOTE", help="Publish the city's catalog (city node only).")
@click.option("--once", is_flag=True, help="End after the start; exit code 0 when all is well.")
def up(
    name: str, port: int, departments_port: int, workers: int, threads: int, small: bool, var: str, publish: str, once: bool
) -> None:  # fmt: skip
    """Stops cleanly on SIGTERM or Ctrl-C and leaves no process."""
    console = Console()
    alone = known(name)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.default_int_handler)
    place = folder(name, var)
    # Who runs one node says everything about it in its own environment.
    told = {k: v for k, v in os.environ.items() if k.startswith(("TONGBAN_", "DJANGO_", "DATABASE_URL"))}
    told |= {
        "TONGBAN_VAR": str(place), "TONGBAN_NODE": name, "TONGBAN_LAYOUT": layout(), "TONGBAN_NODE_KEY": str(key_file(place)),
        "TONGBAN_RING": str(ring_file(place)),
    }  # fmt: skip
    good = True
    with NodeHouse(place, name, port=port, told=told, alone=alone, small=small) as house:
        house.departments_port = departments_port
        house.say_where_departments_are()
        try:
            if not alone:
                _must_be_known(console, house)
            _begin(console, house, publish, workers, threads)
            if not once:
                console.print(f"Node [bold]{name}[/bold] serves on [bold]http://127.0.0.1:{port}[/bold] until Ctrl-C")
                watch(console, house)
        except (EmbeddedFailed, NotStarted, KeysRefused) as why:
            console.print(f"[red]{why}[/red]", highlight=False)
            good = False
        except KeyboardInterrupt:
            console.print("\nStopping …")
    sys.exit(0 if good else 1)


def _must_be_known(console: Console, house: NodeHouse) -> None:
    """A node without a key in the ring could neither send nor be sent anything; better said now than by silence."""
    private, ring = Path(house.environment["TONGBAN_NODE_KEY"]), Path(house.environment["TONGBAN_RING"])
    if not private.exists():
        _share(_sealing(house.var), None)
        public = keys.make(private, house.node, "sm2", at=clock.now())
        console.print(f"[green]✓[/green] keys made: {private}", highlight=False)
        if not ring.exists():
            keys.enrol(ring, public)
    if not ring.exists():
        raise KeysRefused(
            f"There is no ring of public keys: {ring}. Get it from the city's operator (docs/operations.md)."
        )
    keys.load(private, ring).signer(clock.now())


def _begin(console: Console, house: NodeHouse, publish: str, workers: int, threads: int) -> None:
    with console.status("Starting PostgreSQL …"):
        house.database()
    with console.status("Migrating, collecting screens …"):
        told = house.found("--screens", *(["--publish", publish] if publish else []))
    console.print(f"[green]✓[/green] database migrated{_digest(told)}", highlight=False)
    with console.status("Starting the mail room …"):
        house.mailroom()
        for why in house.waits():
            console.print(f"[yellow]The web stays shut: {why}[/yellow]", highlight=False)
    with console.status("Starting departments, web and worker …"):
        house.departments()
        house.serve(workers, threads)
        house.answers()
    console.print(f"[green]✓[/green] {'' if house.alone else 'mail room, '}web and worker are up", highlight=False)


def _digest(told: dict[str, str]) -> str:
    return f", catalog {told['catalog'][:12]} published" if "catalog" in told else ""


def watch(console: Console, house: NodeHouse) -> NoReturn:
    """Until Ctrl-C, or until something keeps ending (NotStarted)."""
    while True:
        time.sleep(0.5)
        for name in house.mend():
            console.print(f"[yellow]{name} had ended and was started again[/yellow]", highlight=False)
