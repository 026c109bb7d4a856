"""`tongban doctor`: what is missing on this machine, and how to mend it. Every line is one question with its answer."""

import hashlib
import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from tongban.config.commands import setup_django

Answer = tuple[bool, str, str]


@click.command(help="Say what is missing on this machine and how to mend it.")
def doctor() -> None:
    """Exit code 1 when something is missing that the city needs."""
    console = Console()
    setup_django()
    bad = 0
    for question in QUESTIONS:
        try:
            good, found, mend = question()
        except Exception as why:  # a question that fails is an answer too
            good, found, mend = False, f"{type(why).__name__}: {why}", "see the line above; `make install` mends most"
        bad += not good
        name = (question.__doc__ or question.__name__).rstrip(".")
        console.print(f"{'[green]✓[/green]' if good else '[red]✗[/red]'} {name}: {found}", highlight=False)
        if not good:
            console.print(f"    → {mend}", highlight=False)
    console.print("[green]All is well.[/green]" if not bad else f"[red]{bad} to mend.[/red]")
    sys.exit(1 if bad else 0)


def _python() -> Answer:
    """Python 3.11 or 3.12."""
    return (3, 11) <= sys.version_info[:2] <= (3, 12), sys.version.split()[0], "install Python 3.11"


def _sm3() -> Answer:
    """SM3 in OpenSSL."""
    return (
        "sm3" in hashlib.algorithms_available,
        "there" if "sm3" in hashlib.algorithms_available else "missing",
        "use a Python linked with OpenSSL 1.1.1 or newer",
    )


def _postgres() -> Answer:
    """PostgreSQL programs."""
    from tongban.config import embedded

    return True, str(embedded.binaries()), ""


def _database() -> Answer:
    """The database answers and is migrated."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        connection.ensure_connection()
    except OperationalError as why:
        return (
            False,
            str(why).splitlines()[0],
            "start it with `.venv/bin/tongban up`, or set DATABASE_URL to one that runs",
        )
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    version = connection.pg_version // 10_000
    if version < 16:
        return False, f"PostgreSQL {version}", "use PostgreSQL 16 or newer"
    return waiting == 0, f"PostgreSQL {version}, {waiting} migrations wait", "run `.venv/bin/tongban up` (it migrates)"


def _catalog() -> Answer:
    """A catalog is published."""
    from tongban.registers.catalog import queries

    newest = queries.newest()
    return newest is not None, str(newest.published_at) if newest else "none", "run `.venv/bin/tongban catalog publish`"


def _keys() -> Answer:
    """Keys for personal data."""
    from tongban.plumbing import crypto

    crypto.keyring()
    return True, "loaded", "set TONGBAN_KEY_FILE to the node's key file (mode 0600)"


def _signing() -> Answer:
    """The key that signs e-credentials."""
    from tongban.plumbing import signing

    key = signing.published()[-1]
    return True, f"{key.provider} {key.id}", "`.venv/bin/tongban node keys NAME` makes it; or set TONGBAN_SIGNING_KEY"


def _static() -> Answer:
    """Front-end files."""
    from django.conf import settings

    there = any((Path(settings.VAR) / "static").glob("**/*.css"))
    return (
        there,
        "collected" if there else "missing",
        "run `make install`, then `.venv/bin/tongban up` (it collects them)",
    )


def _fonts() -> Answer:
    """Fonts for printed papers."""
    from tongban.channels.shared.printing.fonts import fonts_missing

    missing = fonts_missing()
    return not missing, "there" if not missing else ", ".join(missing), "run `make install` (npm brings the fonts)"


def _browser() -> Answer:
    """A browser for the tests (only needed by `make test`)."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return True, found or "none on the system: `make test` brings one", ""


def _jobs() -> Answer:
    """Deferred work gets done."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, count(*) from procrastinate_jobs where status = 'failed' group by 1 order by 1"
        )
        failed = dict(cursor.fetchall())
    told = ", ".join(f"{name}: {many}" for name, many in failed.items())
    return (
        not failed,
        told or "none failed",
        "see why in the worker's log; `procrastinate_jobs` names case and fact of each",
    )


def _departments() -> Answer:
    """Departments answer."""
    from tongban.config import wiring

    silent = [f"{code}: {finding.text.zh}" for code, finding in wiring.doctor() if not finding.ok]
    return (
        not silent,
        "all reachable" if not silent else "; ".join(silent),
        "start them (`.venv/bin/tongban up` starts the simulated ones); counters go on with paper meanwhile",
    )


def _tool() -> Answer:
    """uv."""
    return importlib.util.find_spec("django") is not None, "environment is laid", "run `make install`"


QUESTIONS: tuple[Callable[[], Answer], ...] = (
    _python, _tool, _sm3, _postgres, _database, _catalog, _keys, _signing, _jobs, _static, _fonts, _departments, _browser,
)  # fmt: skip
