"""Receives split cases at one node as fast as it can, or at a steady rate, and prints the number of each and the moment of its
commit. Run by bench.hand_overs in the environment of a node."""

import datetime as dt
import json
import random
import sys
import time


def main(many: int, rate: float, center: str, home: str, seed: int) -> None:
    """Write and print."""
    import django

    django.setup()
    from bench import visitors
    from tongban.domain.actor import Actor, Grant
    from tongban.domain.person import identify
    from tongban.domain.receiving import Intake, PaperIn
    from tongban.flows.receive import Present, receive_at_once
    from tongban.plumbing import clock
    from tongban.registers.catalog import queries as catalog

    catalog.newest()
    actor = Actor("machine", "machine:bench", "", center, (Grant("case.receive", center),))
    crowd = visitors.split_bodies(many, home, seed % 1_000_003)
    bodies = [
        (
            Present(identify("citizen", b["applicant"]["name"], b["applicant"]["number"], today=dt.date.today()), "card"),  # noqa: TID251
            Intake(answers=b["answers"], papers=tuple(PaperIn(p["material"]) for p in b["papers"])),
        )
        for b in crowd
    ]  # fmt: skip
    rng, told = random.Random(seed), []
    begun = time.monotonic()
    for i, (present, intake) in enumerate(bodies):
        if rate and (ahead := begun + i / rate - time.monotonic()) > 0:
            time.sleep(ahead)
        receipt = receive_at_once(
            actor, present, visitors.SPLIT, intake, center=center, at=clock.now(), key=f"{seed}-{i}-{rng.random()}"
        )
        told.append((receipt.number, time.monotonic()))
    for one in told:
        print(json.dumps(one))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
