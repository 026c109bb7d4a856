"""A small city of real processes: `tongban city day` as anybody would run it, and what it prints in the end."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault.house import ROOT, children

# Who comes depends on the day (ages do); of this crowd enough bring their case to another district, whatever the day.
SEED = "42"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tongban-city-"))
    # The unprivileged database user must be able to pass the folder when the tests run as root.
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_a_day_in_a_city_of_three_nodes(folder: Path) -> None:
    command = [
        sys.executable, "-m", "tests.fault.command", "city", "day", "--districts", "2", "--residents", "40", "--rate", "8",
        "--seed", SEED, "--port", "0", "--var", str(folder / "city"), "--once",
    ]  # fmt: skip
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TONGBAN_", "DJANGO_", "PYTEST_", "DATABASE_"))}
    done = subprocess.run(command, cwd=ROOT, env=kept | {"COLUMNS": "200"}, capture_output=True, text=True, timeout=840)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-6_000:]
    assert "✓ 3 nodes," in said and "✓ stopped: no process left, no port open" in said
    assert "every chain equal, one holder each" in said and "clean at all 3 nodes" in said
    # It was a day: people came, cases travelled between nodes and were decided, letters were delivered.
    counts = {what: int(times.replace(",", "")) for what, times in re.findall(r"│ ([a-z -]+?) +│ +([\d,]+) │", said)}
    assert counts["receive"] == 40 and counts["deliver"] >= 25 and counts["take-over"] >= 10, counts
    [(cases, crossed)] = re.findall(r"([\d,]+) cases, .* ([\d,]+) cases crossed", said)
    assert cases == "40" and int(crossed) >= 5
    [posted] = re.findall(r"letters: ([\d,]+) posted, all delivered", said)
    assert int(posted.replace(",", "")) >= 50
    handed = re.search(r"hand-over, commit here to commit there +│ +(\d+) │", said)
    assert handed is not None and int(handed[1]) >= 5
    assert not [pid for pid in children(os.getpid()) if str(folder) in _command(pid)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
