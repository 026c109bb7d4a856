"""Pages of a young and of an old city: worklist, progress, board and case search over HTTP, with 100 thousand cases and with
2 million in the same database. Promise: the p95 of the old city is at most 1.3 times that of the young one.

The open cases fill the first page of every center in both (12,000; 3 % of two million). The floor is /healthz: the same
server and one question to the same database.

    uv run python -m bench.pages [--quick] [--small N] [--large N] [--requests N]
"""

import random
import re
import time

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench import archive, client
from bench.lab import CITY, Lab, console, load_average

Kinds = dict[str, list[bytes]]


class City(msgspec.Struct, frozen=True):
    """What was measured with so many cases."""

    cases: int
    open: int
    gigabytes: float
    loads: dict[str, client.Load]


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: small and short.")
@click.option("--small", default=100_000, show_default=True, help="Cases of the young city.")
@click.option("--large", default=2_000_000, show_default=True, help="Cases of the old city.")
@click.option("--requests", default=400, show_default=True, help="Requests of each kind.")
def main(quick: bool, small: int, large: int, requests: int) -> None:
    """Load, measure, load more, measure again, print."""
    if quick:
        small, large, requests = 2_000, 12_000, 40
    with Lab() as lab:
        from tongban.plumbing import clock

        lab.screens()
        token, cookie = lab.token("case.read", "board.read"), _clerk()
        today, found = clock.today(), []
        opened = min(small // 2, 12_000)
        grow = max(0, large * 3 // 100 - opened)
        _load("the young city", archive.jobs(today, 36, small - opened, opened, 20, 0))
        found.append(_measure(lab, token, cookie, requests, small, opened))
        _load("the old city", archive.jobs(today, 700, large - small - grow, grow, 20, 200_000))
        found.append(_measure(lab, token, cookie, requests, large, opened + grow))
        explained, scans = _scans()
    _show(found[0], found[1], requests)
    console.print(f"{explained} statements explained; scans of a whole table: {len(scans) or 'none'}")
    for scan in scans:
        console.print(f"[yellow]{scan}[/yellow]")


def _load(name: str, work: list[archive.Job]) -> None:
    start = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(f"Loading {name}", total=sum(j.closed + j.open for j in work))
        for count in archive.load(work):
            progress.advance(bar, count)
    console.print(f"{name}: {archive.size():.1f} GB on disk, loaded in {time.monotonic() - start:.0f} s")


def _clerk() -> str:
    """The session cookie of a member of staff who may see the whole city."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tongban.domain.actor import SYSTEM
    from tongban.flows import staffing
    from tongban.plumbing import clock

    now = clock.now()
    member = staffing.hire(SYSTEM, "bench", "测量", CITY, "any-counter-1-trip", at=now, must_change=False)
    for power in ("case.read", "case.receive", "board.read"):
        staffing.grant(SYSTEM, member, power, CITY, at=now)
    browser = Client()
    browser.force_login(get_user_model().objects.get(pk=member), "django.contrib.auth.backends.ModelBackend")
    return f"sessionid={browser.cookies['sessionid'].value}"


def _requests(lab: Lab, token: str, cookie: str, count: int) -> Kinds:
    from django.db import connection

    from tongban.registers.catalog import queries as catalog

    rng = random.Random(7)
    with connection.cursor() as cursor:
        cursor.execute("select number, query_code from cases_case order by md5(number) limit %s", [count])
        sample = cursor.fetchall()
    centers = rng.choices(sorted(catalog.places().centers), k=count)
    passes = _passes(lab, sample[:40])

    def pages(path: str) -> list[bytes]:
        return [client.request("GET", path.format(c), cookie=cookie) for c in centers]

    def answers(path: str, of: list[str]) -> list[bytes]:
        return [client.request("GET", path.format(one), token) for one in of]

    numbers = [number for number, _ in sample]
    return {
        "healthz (floor)": [client.request("GET", "/healthz")] * count,
        "worklist page": pages("/window/work/?center={0}"),
        "worklist JSON": answers("/api/v1/cases?center={0}", centers),
        "progress page": [client.request("GET", f"/p/{n}", cookie=c) for n, c in rng.choices(passes, k=count)],
        "progress JSON": answers("/api/v1/cases/{0}/timeline", numbers),
        "board page": [client.request("GET", "/console/board", cookie=cookie)] * (count // 4),
        "case search": [client.request("GET", f"/window/work/find?number={n}", cookie=cookie) for n in numbers],
    }


def _passes(lab: Lab, sample: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Cookies of residents who gave number and query code at the door."""
    from http.client import HTTPConnection
    from urllib.parse import urlencode

    found = []
    for number, code in sample:
        door = HTTPConnection("127.0.0.1", lab.port)
        door.request("GET", "/progress")
        answer = door.getresponse()
        page = answer.read().decode()
        csrf = re.search(r"csrftoken=([^;]+)", answer.getheader("Set-Cookie") or "")
        field = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if not csrf or not field:
            raise RuntimeError("the progress form has no CSRF token")
        form = {"number": number, "code": code, "csrfmiddlewaretoken": field[1]}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={csrf[1]}", "Origin": lab.base,
        }  # fmt: skip
        door.request("POST", "/progress", urlencode(form), headers)
        answer = door.getresponse()
        answer.read()
        cookies = [v.split(";", 1)[0] for k, v in answer.getheaders() if k.lower() == "set-cookie"]
        if answer.status != 302:
            raise RuntimeError(f"number and query code were not taken: {answer.status}")
        found.append((number, "; ".join(cookies)))
        door.close()
    return found


def _measure(lab: Lab, token: str, cookie: str, count: int, cases: int, opened: int) -> City:
    loads = {}
    with lab.web():
        for name, wanted in _requests(lab, token, cookie, count).items():
            with console.status(f"{cases:,} cases: {name} …"):
                client.drive(lab.port, 4, 60, wanted[: count // 4])
                load = client.drive(lab.port, 1, 120, wanted)
            if not set(load.statuses) <= {"200", "302"}:
                raise SystemExit(f"{name}: {load.statuses}\n{load.sample}")
            loads[name] = load
    return City(cases, opened, archive.size(), loads)


def _scans() -> tuple[int, list[str]]:
    """Run the reads in this process and look at the plan of every statement for scans of tables that grow: how many
    statements were explained, and what scans."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tongban.domain.actor import Actor, Grant
    from tongban.plumbing import clock
    from tongban.reads import board, progress, worklist
    from tongban.registers.catalog import queries as catalog

    actor = Actor("staff", "staff:bench", "", CITY, (Grant("case.read", CITY), Grant("board.read", CITY)))
    center, today = sorted(catalog.places().centers)[0], clock.today()
    with connection.cursor() as cursor:
        cursor.execute("select number from cases_case limit 1")
        number = cursor.fetchone()[0]
    with CaptureQueriesContext(connection) as captured:
        for show in ("todo", "sent"):
            worklist.worklist(actor, center=center, show=show, today=today)
        worklist.worklist(actor, center=center, state="received", light="red", today=today)
        worklist.lights(actor, center=center, today=today)
        worklist.find(actor, number)
        progress.of_case(actor, number, today=today)
        board.board(actor, today=today)
    said = [q["sql"] for q in captured.captured_queries]
    asked = [sql for sql in said if sql.strip().lower().startswith(("select", "with"))]
    found = []
    for sql in asked:
        # A statement of plumbing/statements.py is noted without its values: the plan that serves all values is looked at.
        generic, number = sql, iter(range(1, 100))
        while "%s" in generic:
            generic = generic.replace("%s", f"${next(number)}", 1)
        with connection.cursor() as cursor:
            cursor.execute(f"explain (generic_plan {generic != sql}) " + generic.replace("%", "%%"), [])
            found += [
                f"  {' '.join(sql.split())[:160]}: {line.strip()}"
                for (line,) in cursor.fetchall()
                if re.search(r"Seq Scan on (cases_|people_|audit_|plumbing_)", line)
            ]
    return len(asked), found


def _show(small: City, large: City, count: int) -> None:
    table = Table(title=f"Pages at one connection, {count} requests each (load {load_average()})")
    for head in ("", f"p50 ms {small.cases:,}", f"p95 ms {small.cases:,}", f"p50 ms {large.cases:,}",
                 f"p95 ms {large.cases:,}", "p95 ratio", "× floor"):  # fmt: skip
        table.add_column(head, justify="left" if not head else "right")
    floor = large.loads["healthz (floor)"].at(0.5)
    for name, a in small.loads.items():
        b = large.loads[name]
        table.add_row(
            name, f"{a.at(0.5):.1f}", f"{a.at(0.95):.1f}", f"{b.at(0.5):.1f}", f"{b.at(0.95):.1f}",
            f"{b.at(0.95) / a.at(0.95):.2f}", f"{b.at(0.5) / floor:.1f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"Open cases: {small.open:,} and {large.open:,}; {small.gigabytes:.1f} and {large.gigabytes:.1f} GB on disk. "
        "Aim: p95 ratio ≤ 1.3."
    )


if __name__ == "__main__":
    main()
