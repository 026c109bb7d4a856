"""信息交互: the nodes of the city and the lanes between them as this node sees them, as a picture and as tables that say the same; and
what is stuck, with the button to try it again."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.console import city
from tongban.channels.console.door import page
from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.language import say
from tongban.domain.actor import Actor
from tongban.domain.refusals import NotFound, Refused
from tongban.flows import mend
from tongban.plumbing import clock
from tongban.reads import lanes
from tongban.reads import parked as stuck


@needs("board.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The page; asked by its own script for what is new, only the part that changes."""
    actor = acting(request)
    seen = lanes.city(actor, now=clock.now())
    context = {"city": seen, "picture": city.picture(seen), "words": city.WORDS, "may_mend": stuck.may_see(actor)}
    if request.GET.get("part"):
        return render(request, "console/nodes_now.html", context)
    return page(request, "nodes", context)


@needs("exchange.manage")
@require_safe
def parked(request: HttpRequest) -> HttpResponse:
    """Letters and bags that wait for somebody."""
    return _parked(request)


def _parked(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    context = {"found": stuck.parked(acting(request)), "problems": refused.problems if refused else ()}
    return page(request, "parked", context, status=422 if refused else 200)


@needs("exchange.manage")
@require_POST
def try_letter(request: HttpRequest, parked_id: int) -> HttpResponse:
    """Try a parked letter again."""
    return _again(request, lambda actor: mend.try_letter(actor, parked_id, at=clock.now()))


@needs("exchange.manage")
@require_POST
def open_bag(request: HttpRequest, bag_id: int) -> HttpResponse:
    """Open a refused bag again, with the keys as they are now."""
    return _again(request, lambda actor: mend.open_bag(actor, bag_id, at=clock.now()) >= 0)


def _again(request: HttpRequest, act: Callable[[Actor], bool]) -> HttpResponse:
    try:
        done = act(acting(request))
    except NotFound as gone:
        messages.info(request, say(gone.text.zh, gone.text.en))
        return redirect("console:parked")
    except Refused as refused:
        if refused.code != "letters.still_refused":
            raise
        return _parked(request, refused)
    if done:
        messages.success(request, say("已处理,不再滞留。", "Done; it is no longer stuck."))
    else:
        messages.warning(request, say("还是不能处理,原因见下。", "It still cannot be applied; the reason is below."))
    return redirect("console:parked")
