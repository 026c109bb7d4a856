"""What the processes of a city weigh: memory of process trees, read from /proc. Seventeen nodes share a machine only as long as
somebody counts."""

import time
from collections.abc import Iterable
from pathlib import Path


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = task.read_text().split()
        except OSError:
            continue
        for child in below:
            found += tree(int(child))
    return found


def pss(pids: Iterable[int]) -> float:
    """MiB; a page that n processes share counts as 1/n in each, so sums are true. 0 where the system does not tell."""
    total = 0
    for pid in pids:
        try:
            rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:"))
    return total / 1024


def left(pids: Iterable[int], seconds: float = 60) -> list[int]:
    """Those of these processes that are still there after they were told to end: they are given the time for it, as whoever told them
    waits for the first of a group only."""
    until = time.monotonic() + seconds
    while (found := [pid for pid in pids if lives(pid)]) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def lives(pid: int) -> bool:
    """Is this process still there, dead ones that nobody collected aside?"""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
