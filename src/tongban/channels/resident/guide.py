"""The public's way in: what this is, find a life event or an item by everyday words, read its guide, find a center. Nobody signs
in to read."""

import datetime as dt
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.channels.resident import center
from tongban.channels.resident.door import standing
from tongban.channels.resident.look import page, words
from tongban.channels.shared.actor import public
from tongban.channels.shared.errors import respond
from tongban.domain.refusals import NotFound, Refused
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.reads import centers, event_guide, finder, leaflet

# Words that people say at the counter, each leading to a search and not to an item: the catalog may change.
EXAMPLES = (
    Text("敬老卡", "Senior citizen card"), Text("居住证", "Residence permit"), Text("低保", "Minimum living allowance"),
    Text("社保卡", "Social security card"), Text("廉租房", "Low-rent housing"), Text("生孩子", "Birth"),
)  # fmt: skip


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the public. It opens even before a catalog is published."""
    context: dict[str, Any] = {"topics": (), "events": (), "hours": None, "count": 0, "mine": None}
    door = standing(request)
    with suppress(NotFound):
        context = {
            "topics": leaflet.topics(clock.today()),
            "events": _of_persons(clock.today()),
            "hours": centers.hours(),
            "count": len(centers.find(at=clock.now())),
            "mine": center.mine(request, door),
        }
    return center.private(page(request, "home", {**context, "examples": EXAMPLES}), door)


def _of_persons(today: dt.date) -> tuple[tuple[Text, tuple[event_guide.Tile, ...]], ...]:
    """What happens to people; what happens to companies stands on the page of all events."""
    groups = ((topic, tuple(t for t in rows if not t.legal)) for topic, rows in event_guide.tiles(today))
    return tuple((topic, rows) for topic, rows in groups if rows)


@public
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """Life events and items found by words, or all items by topic when nothing was asked."""
    asked, today = words(request), clock.today()
    events, found = leaflet.everything(asked, today=today) if asked else ((), ())
    first = finder.events_first(events, found[0].score if found else 0.0)
    context = {
        "q": asked, "found": found, "events_found": len(events), "first": first, "after": tuple(e for e in events if e not in first),
        "topics": () if found or events else leaflet.topics(today), "examples": EXAMPLES,
    }  # fmt: skip
    return page(request, "items", context)


@public
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """All life events by topic."""
    return page(request, "events", {"events": event_guide.tiles(clock.today())})


@public
@require_safe
def event(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of one life event; beginning it asks to sign in, reading does not."""
    try:
        found = event_guide.guide(code, today=clock.today())
    except Refused as refused:
        return respond(request, 404, title=refused.text)
    return page(request, "event", {"v": found})


@public
@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """The guide of one item, and which center for a street."""
    asked = words(request)
    try:
        guide = leaflet.leaflet(code, today=clock.today())
    except Refused as refused:
        return respond(request, 404, title=refused.text)
    found = centers.find(asked, at=clock.now()) if asked else ()
    return page(request, "item", {"v": guide, "q": asked, "found": found[:20], "searched": bool(asked)})


@public
@require_safe
def find_center(request: HttpRequest) -> HttpResponse:
    """Centers by street or district."""
    text, district, now = words(request), request.GET.get("district", "")[:6], clock.now()
    known = centers.districts()
    asked = bool(text or district)
    found = centers.find(text, district=district if district in dict(known) else "", at=now) if asked else ()
    context = {
        "q": text,
        "district": district,
        "districts": known,
        "found": found,
        "asked": asked,
        "hours": centers.hours(),
    }
    return page(request, "centers", context)
