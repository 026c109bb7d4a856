"""The repository speaks of the city and of nothing else: no workplaces, no private addresses of registries, no secrets."""

import re
from pathlib import Path

import pytest

from tests.building.source import ROOT, name, tracked

# Written in parts, so that this file may be searched too.
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npm" + "js",
    "registry" + ".npm",
    "npm" + "mirror",
    "mirrors" + ".a",
)
PLACES = ("/wo" + "rk/main", "/wo" + "rk/shared", "/wo" + "rk/.", "/tmp/" + "plan", "/ro" + "ot/", "/home/" + "user")
AUTHORS = ("chat" + "gpt", "clau" + "de", "cop" + "ilot", "anthro" + "pic", "open" + "ai.com", "language " + "model", "sub" + "agent",
           "AI" + "-generated", "AI " + "assistant")  # fmt: skip
SECRETS = re.compile("BEGIN [A-Z ]*PRIVATE" + " KEY|" + r"(?i:aws_secret|xox[bp]-|ghp_)[A-Za-z0-9]")

# Where a host must be named, and why.
NAMED = {
    "pyproject.toml": "no address, but the build backend's documentation may be",
}
BINARY = {".png", ".jpg", ".jpeg", ".woff", ".woff2", ".ttf", ".otf", ".pdf", ".ofd", ".ico", ".gz"}


def _texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        if path.suffix in BINARY or path.name == "package-lock.json":
            continue
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


TEXTS = _texts()


def faults(text: str, words: tuple[str, ...]) -> list[str]:
    """The lines that hold one of these words, in any case."""
    low = text.lower()
    return [w for w in words if w.lower() in low]


@pytest.mark.parametrize(
    ("what", "words"), [("a registry's address", HOSTS), ("a workplace", PLACES), ("an author that is none", AUTHORS)]
)
def test_the_repository_does_not_name(what: str, words: tuple[str, ...]) -> None:
    found = {name(p): w for p, text in TEXTS if (w := faults(text, words)) and name(p) not in NAMED}
    assert not found, f"{what}: {found}"


def test_npm_lock_names_no_address() -> None:
    lock = ROOT / "package-lock.json"
    assert not faults(lock.read_text(encoding="utf-8"), (*HOSTS, "http://", "https://reg")), (
        "lock without addresses (ADR 0003)"
    )


def test_no_secret_is_kept_here() -> None:
    assert not [name(p) for p, text in TEXTS if SECRETS.search(text)]


def test_nothing_large_is_kept_here() -> None:
    large = {name(p): p.stat().st_size for p in tracked() if p.stat().st_size > 300_000}
    assert not large, f"over 300 kB: make it by a script instead: {large}"


def test_the_guard_sees_what_it_must() -> None:
    assert faults("see HTTPS://PYPI" + ".ORG/simple", HOSTS) and faults("in /wo" + "rk/main", PLACES)
    assert not faults("the working day at the counter", (*HOSTS, *PLACES, *AUTHORS))
