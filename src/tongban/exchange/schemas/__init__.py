"""The word that nodes gave each other: for each version of the letters a JSON Schema and samples of every kind, committed, so that
a change of a struct is seen here before another node sees it."""

from pathlib import Path
from typing import Any

import msgspec

from tongban.exchange import letters

FOLDER = Path(__file__).parent


def schema_file(version: int) -> Path:
    """Where the schema of a version lies."""
    return FOLDER / f"letters-{version}.json"


def samples_file(version: int) -> Path:
    """Where the samples of a version lie."""
    return FOLDER / f"samples-{version}.json"


def schema_now() -> bytes:
    """The schema of this program's letters, as the file has it."""
    return msgspec.json.format(msgspec.json.encode(letters.schema(), order="sorted"), indent=1) + b"\n"


def samples(version: int) -> dict[str, Any]:
    """Kind of letter -> a letter of that version."""
    found: dict[str, Any] = msgspec.json.decode(samples_file(version).read_bytes())
    return found
