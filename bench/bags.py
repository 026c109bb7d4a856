"""What a bag costs: packed (compressed, sealed, signed) and unpacked (verified, opened), a second and core, by both providers and for
the sizes that occur. The floor is compressing and SM4-GCM of the same letters alone, without which nothing may travel.

    uv run python -m bench.bags [--quick]
"""

import datetime as dt
import json
import os
import random
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import click
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from rich.table import Table

from bench.lab import console, load_average
from tongban.exchange import bag, keys
from tongban.exchange.bag import Bag
from tongban.exchange.keys import Keys
from tongban.plumbing.providers import PROVIDERS

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)


def letter(chance: random.Random, number: int) -> bytes:
    """A letter of facts with one entry, of the usual size."""
    body = json.dumps({"fact": "handed_over", "to": "310110004", "digest": chance.randbytes(32).hex()})
    entry = {"n": 3, "at": "2026-09-01T02:00:00.000000Z", "by": f"staff:{chance.randrange(10**6)}", "body": body,
             "hash": chance.randbytes(32).hex()}  # fmt: skip
    letters = {"letter": "facts", "number": f"310000000{number:015d}", "entries": [entry]}
    return json.dumps({"id": chance.randbytes(16).hex(), "at": entry["at"], "body": letters}).encode()


def rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second."""
    work()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        work()
        count += 1
    return count / (time.perf_counter() - begun)


def floor(letters: list[bytes]) -> None:
    """Compress and seal, nothing else."""
    box = Cipher(algorithms.SM4(os.urandom(16)), modes.GCM(os.urandom(12))).encryptor()
    box.update(zlib.compress(b"".join(letters), 1))
    box.finalize()


def houses(provider: str, folder: Path) -> dict[str, Keys]:
    """Two nodes that know each other."""
    for node in ("a", "b"):
        keys.enrol(folder / "ring.json", keys.make(folder / node, node, provider, at=AT))
    return {node: keys.load(folder / node, folder / "ring.json") for node in ("a", "b")}


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A smoke test: a tenth of a second each.")
def main(quick: bool) -> None:
    """Measure and print."""
    seconds, chance = 0.1 if quick else 2.0, random.Random(2026)
    piece = json.dumps({"letter": "piece", "data": chance.randbytes(192 * 1024).hex()}).encode()
    table = Table(title=f"Bags a second, one core (load {load_average()})")
    for head in ("", "letters", "bytes", "packed", "floor", "pack", "ratio", "unpack", "letters packed"):
        table.add_column(head, justify="left" if not head else "right")
    for provider in PROVIDERS:
        with tempfile.TemporaryDirectory() as folder:
            house = houses(provider, Path(folder))
        for texts in ([letter(chance, 1)], [letter(chance, n) for n in range(bag.LETTERS)], [piece]):
            made = Bag("a", "b", "letters", 1, len(texts), 1, texts)
            data = bag.pack(made, house["a"], at=AT)
            least = rate(lambda texts=texts: floor(texts), seconds)  # type: ignore[misc]
            packs = rate(lambda made=made: bag.pack(made, house["a"], at=AT), seconds)  # type: ignore[misc]  # noqa: B023
            opens = rate(lambda data=data: bag.unpack(data, house["b"], at=AT), seconds)  # type: ignore[misc]  # noqa: B023
            table.add_row(
                provider, f"{len(texts)}", f"{sum(map(len, texts)):,}", f"{len(data):,}", f"{least:,.0f}", f"{packs:,.0f}",
                f"{packs / least:.2f}", f"{opens:,.0f}", f"{packs * len(texts):,.0f}",
            )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
