"""`tongban nodes status`: how the letters of this node are going, and how the other nodes are as they were last heard."""

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table

from tongban.config import embedded
from tongban.config.commands import setup_django

# More parked letters than this are simply many.
MANY = 1_000


@click.group(help="How the nodes of the city are.")
def nodes() -> None:
    """What a node knows of its own lanes and of the others."""


@nodes.command(help="Lanes: what waits, since when, how fast. Nodes: last heard, clock, version of letters, catalog.")
@click.option("--all", "every", is_flag=True, help="All nodes of a city that runs on this machine (tongban city).")
@click.option("--var", default="", help="Folder of that city; by default var/city.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one line of JSON per node.")
@click.option("--watch", is_flag=True, help="Again every second until Ctrl-C.")
def status(every: bool, var: str, as_json: bool, watch: bool) -> None:
    """Exit code 1 when something is parked or refused: somebody must look at it."""
    folder = Path(var or Path(os.environ.get("TONGBAN_VAR") or Path(__file__).resolve().parents[4] / "var") / "city")
    codes = _city(folder) if every else []
    if every:
        # Before the settings are read, which happens with the first import of them.
        os.environ["TONGBAN_LAYOUT"], os.environ["TONGBAN_NODES"] = "city", str(folder / "nodes.yaml")
        os.environ["TONGBAN_VAR"] = str(folder / codes[0])
    setup_django()
    console = Console()

    def seen() -> list[dict[str, Any]]:
        return [_of(code, folder) for code in codes] if every else [_here()]

    if watch:
        try:
            with Live(console=console, auto_refresh=False) as live:
                while True:
                    live.update(Group(*_tables(seen())), refresh=True)
                    time.sleep(1)
        except KeyboardInterrupt:
            return
    found = seen()
    if as_json:
        for one in found:
            click.echo(msgspec.json.encode(one).decode())
    else:
        console.print(*_tables(found))
    sys.exit(1 if any(one["parked"] or one["refused"] for one in found) else 0)


def _city(folder: Path) -> list[str]:
    try:
        codes: list[str] = json.loads((folder / "city.json").read_text())["nodes"]
    except OSError:
        raise click.ClickException(
            f"No city in {folder}: start one with `tongban city up`, or name its folder with --var."
        ) from None
    return codes


def _of(code: str, folder: Path) -> dict[str, Any]:
    from tongban.plumbing import here

    with here.as_node(code, here.nodes()), _database(embedded.url((folder / code / "pg").resolve())):
        return _here()


@contextmanager
def _database(url: str) -> Iterator[None]:
    """Look into another node's database for a moment."""
    from django.db import connection

    from tongban.config.settings.base import database

    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(database(url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _here() -> dict[str, Any]:
    """All that this node knows."""
    from django.db import OperationalError

    from tongban.exchange import letters, queries
    from tongban.plumbing import clock, here
    from tongban.registers.catalog import queries as catalog

    now = clock.now()
    catalog.forget()
    told: dict[str, Any] = {"node": here.node(), "at": now, "schema": letters.SCHEMA, "parked": 0, "refused": 0}
    try:
        told |= {
            "catalog": edition.digest if (edition := catalog.newest()) else "",
            "recalling": queries.recalling(),
            "out": queries.lanes_out(now),
            "in": queries.lanes_in(),
            "peers": queries.peers(),
            "parked": len(queries.parked(most=MANY)),
            "refused": len(queries.refused_bags()),
        }
    except OperationalError as why:
        told["away"] = str(why).splitlines()[0]
    return told


def _tables(found: list[dict[str, Any]]) -> Iterator[Table]:
    from tongban.exchange import queries

    # Of one node alone its name in every line only takes the room.
    alone = len(found) == 1
    lanes = _table(
        f"Lanes from {found[0]['node']}" if alone else "Lanes",
        ("from", "to", "lane")[alone:],
        ("written", "sent", "applied", "waiting", "oldest", "a minute"),
    )
    peers = _table(
        f"Nodes, as heard by {found[0]['node']}" if alone else "Nodes, as heard by",
        ("by", "node", "catalog")[alone:],
        ("heard", "clock", "letters", "waiting"),
    )
    own = _table("This side", ("node", "letters", "catalog", "parked", "refused", ""))
    for one in found:
        now, node = one["at"], one["node"]
        names = () if alone else (node,)
        remark = (
            f"database: {one['away']}"
            if "away" in one
            else "catches up after a restored backup"
            if one["recalling"]
            else ""
        )
        own.add_row(
            node,
            str(one["schema"]),
            one.get("catalog", "")[:12] or "none",
            _red(one["parked"]),
            _red(one["refused"]),
            remark,
        )
        for lane in one.get("out", []):
            if not queries.worth_a_line(lane.to, lane.waiting):
                continue
            lanes.add_row(
                *names, lane.to, lane.lane, f"{lane.last:,}", f"{lane.sent:,}", f"{lane.delivered:,}", f"{lane.waiting:,}",
                _ago(now, lane.oldest) if lane.waiting else "", f"{lane.a_minute:,}",
            )  # fmt: skip
        for peer in one.get("peers", []):
            # By our clock when it spoke, by its own what it said: the difference is how far the clocks are apart.
            apart = (peer.clock - peer.heard_at).total_seconds()
            catalog = (
                peer.catalog[:12] if peer.catalog == one.get("catalog") else f"[yellow]{peer.catalog[:12] or 'none'}[/]"
            )
            schema = str(peer.schema) if peer.schema == one["schema"] else f"[yellow]{peer.schema}[/]"
            peers.add_row(
                *names, peer.node, catalog, f"{_ago(now, peer.heard_at)} ago", f"{apart:+.0f} s", schema, f"{peer.waiting:,}"
            )  # fmt: skip
    yield from (own, lanes, peers)


def _table(title: str, names: tuple[str, ...], figures: tuple[str, ...] = ()) -> Table:
    """Names and codes stay whole, however narrow the terminal: without them the figures say nothing."""
    made = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold underline")
    for head in names:
        made.add_column(head, no_wrap=True, overflow="ignore")
    for head in figures:
        made.add_column(head, justify="right")
    return made


def _red(many: int) -> str:
    return f"[red]{many:,}[/]" if many else "0"


def _ago(now: dt.datetime, moment: dt.datetime | None) -> str:
    seconds = (now - moment).total_seconds() if moment else 0.0
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7_200
        else f"{seconds / 3600:.0f} h"
    )
