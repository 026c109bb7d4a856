"""The floor of an acceptance: the very statements that the flow sends, replayed by pgbench on the same server in one pipelined
transaction each. What remains above it is our own work: HTTP, rules, sealing, and the questions that need an answer.

The script is recorded, not written by hand, so it cannot fall behind the program.
"""

import datetime as dt
import os
import re
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from tongban.config import embedded

# A hundred thousand clients of ten thousand million acts each would still differ.
_N = "lpad(:client_id::text, 5, '0') || lpad((:n)::text, 10, '0')"


class Floor(msgspec.Struct, frozen=True):
    """What pgbench said: transactions a second, latency in milliseconds."""

    per_second: float
    p50: float
    p99: float


def record(body: dict[str, object], center: str) -> list[tuple[str, list[object]]]:
    """Receive one case in this process and note every statement with its values."""
    from django.db import connection

    from tongban.domain.actor import Actor, Grant
    from tongban.domain.person import identify
    from tongban.domain.receiving import Intake, PaperIn
    from tongban.flows.receive import Present, receive_at_once
    from tongban.plumbing import clock, statements

    said: list[tuple[str, list[object]]] = []
    send = statements.Line.send

    def noted(line: Any, sql: str, values: Sequence[object], asked: Any = None) -> None:
        said.append((sql, list(values)))
        send(line, sql, values, asked)

    who: dict[str, str] = body["applicant"]  # type: ignore[assignment]
    papers = tuple(PaperIn(p["material"]) for p in body["papers"])  # type: ignore[attr-defined]
    intake = Intake(body["answers"], papers, tuple(body.get("declarations", ())))  # type: ignore[arg-type]
    person = identify("citizen", who["name"], who["number"], today=clock.today())
    actor = Actor("machine", f"machine:{uuid.uuid4()}", "", center, (Grant("case.receive", center),))
    # Once before, so that what is asked only now and then is not counted.
    for listen in (False, True):
        statements.Line.send = cast(Any, noted if listen else send)  # type: ignore[method-assign]
        receive_at_once(
            actor, Present(person, "card"), str(body["item"]), intake, center=center, at=clock.now(),
            key=str(uuid.uuid4()),
        )  # fmt: skip
    statements.Line.send = send  # type: ignore[method-assign]
    connection.close()
    return said


def script(said: Sequence[tuple[str, list[object]]], centers: Sequence[str]) -> str:
    """The statements as a pgbench script: literals as they were, but everything that must differ differs."""
    number = next(str(v[0]) for sql, v in said if sql.startswith("insert into cases_case"))
    person = next(str(v[0]) for sql, v in said if sql.startswith("insert into people_datum"))
    visit = next(str(v[0]) for sql, v in said if sql.startswith("insert into counters_visit"))
    key = next(str(v[1]) for sql, v in said if sql.startswith("insert into plumbing_done_act"))
    fresh = {
        number: f"('310000000' || {_N})", person: _id("1"), visit: _id("2"), key: f"('k' || {_N})",
    }  # fmt: skip
    lines = ["\\set n :n + 1", f"\\set c random(0, {len(centers) - 1})", "\\startpipeline", "begin;"]
    for sql, values in said:
        known = dict(fresh)
        if sql.startswith("with found"):
            # Always somebody never met: index and id differ.
            known |= {str(v): _id("1") for v in values if isinstance(v, uuid.UUID)}
            known |= {v.hex(): f"decode(md5({_N}), 'hex')" for v in values if isinstance(v, bytes) and len(v) == 16}
        if "cases_counter" in sql:
            known[str(values[0])] = "(310000000 + :c)::text"
        parts = " ".join(sql.split()).split("%s")
        words = [known.get(_plain(v)) or _literal(v) for v in values]
        lines.append("".join(a + b for a, b in zip(parts, [*words, ";"], strict=True)))
    return "\n".join([*lines, "commit;", "\\endpipeline", ""])


def _id(kind: str) -> str:
    return f"(lpad({_N}, 31, '0') || '{kind}')::uuid"


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, list):
        return "'{" + ",".join(str(v) for v in value) + "}'"
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    # A colon would begin a variable of pgbench.
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a") + "'"


def run(folder: Path, text: str, clients: int, seconds: int) -> Floor:
    """pgbench with this script: ``clients`` connections for some seconds, statements prepared."""
    file = folder / f"floor-{clients}.sql"
    file.write_text(text)
    log = folder / f"pgbench-{uuid.uuid4().hex}"
    done = subprocess.run(
        [str(embedded.binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(2, clients)),
         "-T", str(seconds), "-f", str(file), "-D", f"n={uuid.uuid4().int % 10**9}", "-l", f"--log-prefix={log}",
         "-h", str(embedded.socket_folder(folder / "pg")), "-U", "postgres", embedded.DATABASE],
        capture_output=True, text=True, timeout=seconds + 60, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench: {done.stderr[-2000:]}{done.stdout[-500:]}")
    times = sorted(
        int(line.split()[2]) / 1000 for part in folder.glob(f"{log.name}.*") for line in part.read_text().splitlines()
    )
    return Floor(float(found[1]), times[len(times) // 2], times[int(len(times) * 0.99)])
