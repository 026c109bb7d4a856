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
    wanted: dict[str, tuple[dict[str, None], dict[str, None]]] = {}

    def want(department: str, kind: str = "", check: str = "") -> None:
        gives, answers = offers.get(department, ((), ()))
        lane = wanted.setdefault(department, ({}, {}))
        if kind and kind in gives and kind not in held:
            lane[0][kind] = None
        if check and check in answers and f"check:{check}" not in held:
            lane[1][check] = None

    for kind in _credentials(version, materials):
        if kind in kinds:
            want(kinds[kind].issuer, kind=kind)
    for department, check in _checks(version, materials):
        want(department, check=check)
    return tuple(Request(d, tuple(k), tuple(c)) for d, (k, c) in wanted.items() if k or c)


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
