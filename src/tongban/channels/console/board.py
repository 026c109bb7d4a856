"""The board of today's work: numbers of the day per district and center, as tables, bars and a heat map."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.channels.console.door import page
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.language import say, tell
from tongban.plumbing import clock
from tongban.reads import board as read
from tongban.reads.board import COUNTS, Board, Line


@needs("board.read")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The page; asked by its own script for new numbers, only the part that changes."""
    found = read.board(acting(request), today=clock.today())
    shown = request.GET.get("district", "")[:6]
    if not any(d.code == shown for d in found.districts):
        shown = found.districts[0].code if len(found.districts) == 1 else ""
    context: dict[str, Any] = {
        "board": found, "at": clock.now(), "shown": shown, "charts": _charts(found, shown),
        "lines": _lines(found, shown), "of": next((d for d in found.districts if d.code == shown), None),
        "supervises": acting(request).may("case.supervise"),
    }  # fmt: skip
    if request.GET.get("part") == "numbers":
        return render(request, "console/board_numbers.html", context)
    return page(request, "board", context)


def _lines(found: Board, shown: str) -> tuple[Line, ...]:
    return tuple(c for c in found.centers if c.code.startswith(shown)) if shown else found.districts


def _charts(found: Board, shown: str) -> dict[str, Any]:
    """What the script draws: bars per district, and a heat map of all centers by what waits there."""
    by_district: dict[str, list[Line]] = {}
    for center in found.centers:
        by_district.setdefault(center.code[:6], []).append(center)
    return {
        "shown": shown,
        "words": {
            "received": say("今日收件", "Received"), "decided": say("今日办结", "Decided"), "waiting": say("在办", "Waiting"),
            "overdue": say("已超期", "Overdue"), "unlooked": say("无人接办", "Nobody looked"), "cases": say("件", "cases"),
            "for_others": say("代其他中心收件", "For other centers"),
        },
        "districts": [{"name": tell(d.name), **{m: getattr(d, m) for m in COUNTS}} for d in found.districts],
        "centers": [
            {"code": d.code, "district": tell(d.name), "lines": [{"name": tell(c.name), **{m: getattr(c, m) for m in COUNTS}} for c in by_district[d.code]]}
            for d in found.districts
        ],
    }  # fmt: skip
