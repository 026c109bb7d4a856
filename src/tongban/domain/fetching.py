"""Which departments to ask for an item, and for what: only what the item needs and the register does not already hold fresh.
Asking for less is a right of the resident, not a saving."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from tongban.domain.item import ItemVersion
from tongban.domain.material import CredentialKind, MaterialKind


class Request(msgspec.Struct, frozen=True):
    """What is asked of one department: e-licences of these kinds, and whether these checks hold."""

    department: str
    kinds: tuple[str, ...]
    checks: tuple[str, ...]


def requests(
    version: ItemVersion,
    materials: Mapping[str, MaterialKind],
    kinds: Mapping[str, CredentialKind],
    offers: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    held: Collection[str],
) -> tuple[Request, ...]:
    """One request per department that can give something this item needs. ``held`` are credential kinds held and valid."""
    wanted = ((kinds[kind].issuer, kind) for kind in _credentials(version, materials) if kind in kinds)
    return grouped(wanted, _checks(version, materials), offers, held)


def grouped(
    credentials: Iterable[tuple[str, str]],
    checks: Iterable[tuple[str, str]],
    offers: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    held: Collection[str],
) -> tuple[Request, ...]:
    """What is wanted, as (department, kind) and (department, check), in one request for each department that can give it."""
    wanted: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for department, kind in credentials:
        if kind in offers.get(department, ((), ()))[0] and kind not in held:
            wanted.setdefault(department, ({}, {}))[0][kind] = None
    for department, check in checks:
        if check in offers.get(department, ((), ()))[1] and f"check:{check}" not in held:
            wanted.setdefault(department, ({}, {}))[1][check] = None
    return tuple(Request(d, tuple(k), tuple(c)) for d, (k, c) in wanted.items())


def _credentials(version: ItemVersion, materials: Mapping[str, MaterialKind]) -> Iterable[str]:
    for need in version.papers:
        for way in materials[need.material].satisfied_by if need.material in materials else ():
            if way.credential:
                yield way.credential
    for field in version.fields:
        yield from (p.credential for p in field.prefill if p.credential)


def _checks(version: ItemVersion, materials: Mapping[str, MaterialKind]) -> Iterable[tuple[str, str]]:
    for need in version.papers:
        for way in materials[need.material].satisfied_by if need.material in materials else ():
            if way.check:
                yield way.department, way.check
    for field in version.fields:
        yield from ((p.department, p.check) for p in field.prefill if p.check)
