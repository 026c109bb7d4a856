"""What a bench measures besides time: processor seconds and memory of process trees, read from /proc."""

import os
from pathlib import Path

import msgspec

_TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += tree(int(child))
    return found


def cpu(pids: list[int]) -> float:
    """Processor seconds that these processes (and their reaped children) have used so far."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(x) for x in fields[11:15])
    return total / _TICK


class Memory(msgspec.Struct, frozen=True):
    """MiB. ``pss`` counts a page shared by n processes as 1/n, so sums over a tree are true."""

    rss: float
    pss: float


def memory(pids: list[int]) -> Memory:
    """Memory of these processes together."""
    rss = pss = 0
    for pid in pids:
        try:
            rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        for line in rolled.splitlines():
            name, _, rest = line.partition(":")
            if name == "Rss":
                rss += int(rest.split()[0])
            elif name == "Pss":
                pss += int(rest.split()[0])
    return Memory(rss / 1024, pss / 1024)


def postmaster(data: Path) -> int:
    """The pid of the PostgreSQL server over a data folder."""
    return int((data / "postmaster.pid").read_text().split()[0])
