"""Which center handles a case: the receiving one, or the home center of the person; said by the scope of the item version
and nothing else. A local item at the wrong counter is refused with the name of the right one."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from tongban.domain.item import HOME_NAMES, ItemVersion
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

HandOver = Literal["never", "received", "reviewed"]


class CenterLike(Protocol):
    """What routing looks at in a center."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> Text | str: ...


class PlacesLike(Protocol):
    """The map of centers: the center that serves a division (9 digits or more), None when there is none."""

    def center_of(self, division: str, /) -> CenterLike | None: ...


class Homes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bases of jurisdiction of a person as division codes (street or town: 9 digits or more); empty = not known."""

    hukou: str = ""
    residence: str = ""
    employer: str = ""


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The center that decides, and when the case is handed over to it: never, once received, or once reviewed."""

    handling: str
    hand_over: HandOver


def route(version: ItemVersion, receiving: str, homes: Homes, places: PlacesLike) -> Route:
    """Find the handling center of a case received at ``receiving`` (9 digits).

    Raises Refused: ``place.unknown_center``; ``place.home_unknown``, ``place.home_outside``, ``place.home_imprecise``
    with what to do; ``place.local_elsewhere`` with ``right_center``.
    """
    here = places.center_of(receiving)
    if here is None or here.code != receiving:
        raise Refused(
            "place.unknown_center",
            f"没有代码为“{receiving[:20]}”的受理中心,请检查登录的中心",
            "There is no such center; check the center you are signed in at",
            center=receiving,
        )
    if version.scope == "direct":
        return Route(receiving, "never")
    home = _home_center(version, receiving, homes, places)
    if home.code == receiving:
        return Route(receiving, "never")
    if version.scope == "local":
        basis = HOME_NAMES[version.home or "hukou"]
        raise Refused(
            "place.local_elsewhere",
            f"“{version.name.zh}”只能在{basis.zh}的{_name(home)}办理,请告知居民前往,或为其预约",
            f"This item is handled only at the center of the {basis.en}: {_name(home)}",
            pointer="/center",
            right_center=home.code,
        )
    return Route(home.code, "received" if version.scope == "split" else "reviewed")


def route_of_event(version: ItemVersion, receiving: str, homes: Homes, places: PlacesLike) -> Route:
    """As ``route``, for a part of a life event brought to a counter: what only the home center does goes there by itself,
    because nobody came for this item alone. Raises Refused as ``route`` does, but never ``place.local_elsewhere``."""
    if version.scope != "local":
        return route(version, receiving, homes, places)
    home = _home_center(version, receiving, homes, places)
    return Route(home.code, "never" if home.code == receiving else "received")


def route_online(version: ItemVersion, receiving: str, homes: Homes, places: PlacesLike, *, chosen: str = "") -> Route:
    """Where a case goes that came over the web: to the home center, or, when any center may decide, to the one the person
    ``chose`` (nobody chose: where they live, else their household). At once: online nobody reviews anything.

    Raises Refused as ``route`` does, ``place.center_needed`` when it is not known where.
    """
    if version.scope != "direct":
        return Route(_home_center(version, receiving, homes, places).code, "received")
    wanted = (chosen, homes.residence, homes.hukou, homes.employer)
    # Who lives elsewhere chooses: the city has no center there.
    found = [center for code in wanted if code and code[:2] == receiving[:2] and (center := places.center_of(code))]
    handling = next((center for center in found if center.code != receiving), None)
    if handling is None:
        raise Refused(
            "place.center_needed",
            "请先选择“我的受理中心”,由它办理这些事项",
            "Choose your center first: it will handle this",
            pointer="/center",
        )
    return Route(handling.code, "received")


def _home_center(version: ItemVersion, receiving: str, homes: Homes, places: PlacesLike) -> CenterLike:
    home = version.home or "hukou"
    basis = HOME_NAMES[home]
    division: str = getattr(homes, home)
    pointer = f"/homes/{home}"
    if not division:
        raise Refused(
            "place.home_unknown",
            f"还不知道{basis.zh}在哪个街镇:请读取户口簿或居住证信息,或请居民说明后录入",
            f"The {basis.en} is not known yet: read the household register or ask the person, then enter it",
            pointer=pointer,
            basis=home,
        )
    if division[:2] != receiving[:2]:
        raise Refused(
            "place.home_outside",
            f"{basis.zh}不在本市,此事项须由{basis.zh}办理:请告知居民联系当地,或转为特殊情况会商",
            f"The {basis.en} is outside the city; the item belongs there: refer the person, or open a special case",
            pointer=pointer,
            basis=home,
        )
    center = places.center_of(division)
    if center is None:
        raise Refused(
            "place.home_imprecise",
            f"按{basis.zh}代码“{division[:20]}”找不到对应的受理中心:请选到具体街道或镇",
            f"No center serves this code of the {basis.en}: choose the street or town",
            pointer=pointer,
            basis=home,
        )
    return center


def _name(center: CenterLike) -> str:
    return center.name.zh if isinstance(center.name, Text) else center.name


NEAREST = ("residence_division", "hukou_division")
"""By what is known of somebody, the center that is theirs while they chose none: where they live before where they are registered."""


def my_center(places: PlacesLike, chosen: str, said: Mapping[str, Any]) -> str:
    """我的中心 as a code: the one chosen, else the first of NEAREST that has a center; empty when none has."""
    wanted = (chosen, *(said.get(element) for element in NEAREST))
    return next((str(code) for code in wanted if code and places.center_of(str(code))), "")
