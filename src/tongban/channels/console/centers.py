"""The centers as the console lists them: hours, telephone, open now, and today's numbers for those who may see them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.channels.console.door import needs_one, page
from tongban.channels.shared.actor import acting
from tongban.plumbing import clock
from tongban.reads import board, centers


@needs_one
@require_safe
def centers_list(request: HttpRequest) -> HttpResponse:
    """All centers, or those of a street or district."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    known = centers.districts()
    district = request.GET.get("district", "")[:6]
    district = district if district in dict(known) else ""
    found = centers.find(words, district=district, at=clock.now())
    actor, today = acting(request), {}
    if actor.may("board.read"):
        today = {line.code: line for line in board.board(actor, today=clock.today()).centers}
    context = {
        "rows": [(line, today.get(line.code)) for line in found], "q": words, "district": district, "districts": known,
        "hours": centers.hours(), "counted": bool(today),
    }  # fmt: skip
    return page(request, "centers", context)
