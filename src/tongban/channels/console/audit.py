"""The audit trail on screen: who did what, where, on which case, about whom, why. To open it is written into it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongban.channels.console.dates import day
from tongban.channels.console.door import page
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.errors import status_of
from tongban.channels.shared.forms import controls
from tongban.domain.actor import CITY
from tongban.domain.refusals import Problem, Refused
from tongban.plumbing import clock
from tongban.reads import acts, audit
from tongban.reads.audit import Filter, Trail


@needs("audit.read")
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """A page of the trail, newest first, narrowed by what was asked."""
    actor = acting(request)
    typed = controls(request.GET, of=100, person=36, case=60, acts=40, place=9, since=20, until=20, cursor=60, check=2)
    problems: tuple[Problem, ...] = ()
    found, status = Trail((), "", False), 200
    try:
        asked = Filter(
            of=typed["of"].strip(), person=typed["person"].strip().lower(), case=typed["case"].strip(), acts=typed["acts"],
            place=typed["place"], since=day(typed["since"], "/since"), until=day(typed["until"], "/until"),
        )  # fmt: skip
        found = audit.trail(actor, asked, cursor=typed["cursor"], at=clock.now())
    except Refused as refused:
        problems, status = refused.problems, status_of(refused)
    kept = {k: v for k, v in typed.items() if v and k not in ("cursor", "check")}
    context = {
        "found": found, "typed": typed, "problems": problems, "groups": acts.GROUPS.items(), "acts": acts.WORDS.items(),
        "places": audit.places(actor), "seals": audit.seals(actor, check=typed["check"] == "1"), "city": actor.may("audit.read", CITY),
        "more": urlencode({**kept, "cursor": found.next}) if found.next else "", "first": not typed["cursor"],
        "narrowed": bool(kept),
    }  # fmt: skip
    answer = page(request, "audit", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
