"""受理中心: where people are served, and when."""

import datetime as dt
from typing import Annotated

import msgspec
from ninja import Router

from tongban.channels.openapi.parameters import CenterInPath, District, Word
from tongban.channels.openapi.wire import Call, read
from tongban.domain.text import Text
from tongban.plumbing.clock import CITY_ZONE
from tongban.reads import centers
from tongban.reads.centers import CenterLine

router = Router(tags=["centers"])
Clock = Annotated[str, msgspec.Meta(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]


class Opening(msgspec.Struct, frozen=True):
    """From when until when (city time, HH:MM)."""

    opens: Clock
    closes: Clock


class Center(msgspec.Struct, frozen=True):
    """A center now. ``today`` are its hours (city time; null: closed today), ``opens`` when a person can next be served.
    ``verified``: the name is taken from a public source, not formed by rule."""

    code: str
    name: Text
    district: str
    district_name: Text
    street: Text
    address: Text
    phone: str
    pilot: bool
    sub_centers: list[Text]
    open_now: bool
    today: Opening | None
    opens: dt.datetime | None
    verified: bool


class Hours(msgspec.Struct, frozen=True):
    """Opening hours of the city's counters, 365 days a year."""

    weekday: Opening
    rest_day: Opening


@read(router, "/centers")
def list_centers(call: Call, q: Word = "", district: District = "") -> list[Center]:
    """受理中心: by name of street, town or district

    Old names of streets lead to what followed them."""
    return [center_now(c) for c in centers.find(q, district=district, at=call.at)]


@read(router, "/centers/{code}")
def show_center(call: Call, code: CenterInPath) -> Center:
    """一个中心: where it is, with today's hours"""
    return center_now(centers.center(code, at=call.at))


@read(router, "/hours")
def show_hours(call: Call) -> Hours:
    """开放时间: of the city's counters, working days and rest days"""
    own = centers.hours()
    return Hours(Opening(*own.weekday), Opening(*own.rest_day))


def center_now(c: CenterLine) -> Center:
    """A center as the API says it."""
    return Center(
        c.code, c.name, c.district, c.district_name, c.street, c.address, c.phone, c.pilot, list(c.sub_centers), c.open_now,
        Opening(f"{c.today[0]:%H:%M}", f"{c.today[1]:%H:%M}") if c.today else None,
        dt.datetime.combine(*c.opens, tzinfo=CITY_ZONE) if c.opens else None, c.sure,
    )  # fmt: skip
