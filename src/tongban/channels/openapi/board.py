"""看板 and the state of the system: numbers of the day, which catalog is in force, who the token is."""

import datetime as dt

import msgspec
from ninja import Router

from tongban.channels.openapi.parameters import Cursor, Limit
from tongban.channels.openapi.wire import Call, read
from tongban.domain.actor import Grant
from tongban.domain.refusals import NotFound
from tongban.reads import alarms, board, items
from tongban.reads.alarms import Alarms
from tongban.reads.board import Board
from tongban.reads.items import Publication

router = Router(tags=["board"])


class Me(msgspec.Struct, frozen=True):
    """The machine behind a token: its reference in logs, its name and place, what it may do where, and our time."""

    ref: str
    name: str
    place: str
    powers: tuple[Grant, ...]
    now: dt.datetime
    today: dt.date


@read(router, "/me")
def show_me(call: Call) -> Me:
    """令牌: who am I, and the powers of this token"""
    actor = call.actor
    return Me(actor.ref, actor.name, actor.center, actor.grants, call.at, call.today)


@read(router, "/board")
def show_board(call: Call) -> Board:
    """看板: today's work in the places where the token has the power board.read"""
    return board.board(call.actor, today=call.today)


@read(router, "/alarms")
def show_alarms(call: Call, cursor: Cursor = "", limit: Limit = 50) -> Alarms:
    """督办: cases past their date that nobody has looked at, where the token has the power case.supervise"""
    return alarms.alarms(call.actor, cursor=cursor, limit=limit, today=call.today)


@read(router, "/catalog")
def show_publication(call: Call) -> Publication:
    """目录版本: which catalog is in force: its digest changes with every publication"""
    found = items.publication(call.actor)
    if found is None:
        raise NotFound("catalog.empty", "事项目录还没有发布", "No catalog is published yet")
    return found
