"""Closed by default: every address is marked with who may open it, and an unmarked one opens for nobody."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from tongban.domain.actor import POWERS

# Addresses that are open by design although no mark of ours stands on them, and what keeps them.
OWN_DOORS = {"/api/": "tokens of machines (channels/openapi)", "/static/": "files of the page"}
# Public on purpose: each is a promise that no personal data stands behind it without number and code.
HEALTH = {"/healthz"}


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        else:
            yield path, entry


ALL = list(addresses(get_resolver()))


def test_every_view_is_marked() -> None:
    unmarked = [
        path
        for path, entry in ALL
        if not path.startswith(tuple(settings.OPEN_PREFIXES))
        and not getattr(entry.callback, "door", "")
        and path not in HEALTH
    ]
    assert not unmarked, f"mark with @needs, @any_staff or @public (channels/shared/actor.py): {unmarked}"


def test_marks_are_powers_or_doors() -> None:
    marks = {getattr(entry.callback, "door", "") for _, entry in ALL} - {"", "public", "account", "resident"}
    assert marks <= set(POWERS), marks - set(POWERS)


def test_prefixes_with_own_doors_are_few() -> None:
    assert set(settings.OPEN_PREFIXES) == set(OWN_DOORS)


def test_window_and_console_open_nothing_to_everybody() -> None:
    public = [
        p for p, e in ALL if p.startswith(("/window", "/console")) and getattr(e.callback, "door", "") == "public"
    ]
    assert not public, public


@pytest.mark.django_db
def test_nobody_comes_in_without_signing_in(client) -> None:
    """Whatever stands behind an address that is not public, a stranger gets the door and nothing else."""
    open_to_strangers = []
    for path, entry in ALL:
        if (
            path.startswith(tuple(settings.OPEN_PREFIXES))
            or getattr(entry.callback, "door", "") == "public"
            or path in HEALTH
        ):
            continue
        real = path.replace("<str:number>", "310107015260901000001").replace("<uuid:", "<")
        real = "".join(p.partition(">")[2] if i else p for i, p in enumerate(real.split("<")))
        way_in = "/sign-in" if getattr(entry.callback, "door", "") == "resident" else settings.LOGIN_URL
        for send in (client.get, client.post):
            answer = send(real)
            # 404: the address with an empty part is not there at all.
            if answer.status_code not in (301, 302, 401, 403, 404, 405) or (
                answer.status_code == 302 and not answer["Location"].startswith(way_in)
            ):
                open_to_strangers.append((path, answer.status_code))
    assert not open_to_strangers, open_to_strangers
