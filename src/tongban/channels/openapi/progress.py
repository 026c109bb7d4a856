"""进度: where a case stands, for who holds its number and query code and nothing else."""

import datetime as dt
from typing import Annotated, cast

import msgspec
from django.http.response import HttpResponseBase
from ninja import Header, Query, Router

from tongban.channels.openapi.centers import Center, center_now
from tongban.channels.openapi.parameters import Number
from tongban.channels.openapi.problems import Malformed
from tongban.channels.openapi.wire import Call, read, reply
from tongban.channels.shared import asking
from tongban.channels.shared.asking import Waiting
from tongban.domain import codes
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text
from tongban.plumbing import limiter
from tongban.plumbing.limiter import Limit
from tongban.reads import my_case
from tongban.reads.my_case import Clock, MyCase, ToMend
from tongban.reads.progress import Progress

router = Router(tags=["progress"])
# Counted together with the page for residents, so that nobody guesses on through the other door.
BY_ADDRESS, BY_CASE = Limit("query.address", 10, 900), Limit("query.case", 60, 3600)
QueryCode = Annotated[
    str,
    Header(
        alias="Query-Code",
        pattern=r"^[0-9A-Za-z]{6}$",
        description="查询码 of the receipt; a header, so that no log keeps it",
    ),
]


class ToFollow(msgspec.Struct, frozen=True):
    """A paper that was promised to follow, and until when."""

    name: Text
    until: dt.date


class Following(msgspec.Struct, frozen=True):
    """A case as the one it belongs to follows it: where it stands, the one clock, what to mend, what is still to come."""

    case: Progress
    clock: Clock
    holder: Center
    mend: tuple[ToMend, ...]
    follow: tuple[ToFollow, ...]
    department: Text


class CityAsked(msgspec.Struct, frozen=True):
    """The city is asked: call again after so many milliseconds with ``asked`` as it stands here."""

    asked: str
    again_in: int = 300


AskedBefore = Annotated[
    str, Query(max_length=600, description="What the answer 202 gave: the same question, not another try")
]


@read(router, "/progress/{number}", public=True, waits=CityAsked)
def show_progress(call: Call, number: Number, query_code: QueryCode, asked: AskedBefore = "") -> Following:
    """办件进度: with the number and the query code of the receipt; no token is needed

    Wrong number and wrong code are told alike; after ten wrong tries an address waits a quarter of an hour. The node of a
    district that does not know the case asks the city: 202, until it has answered."""
    try:
        clean, code = str(codes.parse_case_number(number)), codes.parse_query_code(query_code)
    except Refused:
        raise _no_case() from None
    who = limiter.address(call.request.META.get("REMOTE_ADDR", ""))
    waiting = asking.taken_up(asked) if asked else None
    if waiting is None or (waiting.number, waiting.code) != (clean, code):
        waiting = None
        limiter.take(BY_ADDRESS, who, at=call.at)
        limiter.take(BY_CASE, clean, at=call.at)
    elif not waiting.answered():
        return cast(Following, _ask_again(waiting))
    try:
        found = my_case.by_code(clean, code, at=call.at, today=call.today)
    except NotFound:
        if waiting is None and (begun := asking.begin(clean, code)) is not None:
            return cast(Following, _ask_again(begun))
        raise
    if waiting is None or asking.first_time(waiting):
        limiter.give_back(BY_ADDRESS, who)
        limiter.give_back(BY_CASE, clean)
    return _following(found)


def _ask_again(waiting: Waiting) -> HttpResponseBase:
    if waiting.late():
        text = Text("市级系统暂时没有回答,请稍后再查", "The city does not answer now; try again later")
        raise Malformed(503, "query.city_silent", text)
    return reply(CityAsked(waiting.token), 202)


def _following(found: MyCase) -> Following:
    follow = tuple(ToFollow(name, until) for name, until in found.follow)
    return Following(found.case, found.clock, center_now(found.holder), found.mend, follow, found.department)


def _no_case() -> NotFound:
    return NotFound("case.not_found", "没有找到这个办件,请核对办件编号(22位)和查询码",
                    "No such case: check the case number (22 characters) and the query code", pointer="/number")  # fmt: skip
