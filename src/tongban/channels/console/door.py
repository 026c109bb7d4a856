"""Who may open which page of the console, and the pages' frame: only what the actor may open stands in the navigation."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tongban.channels.shared.actor import acting
from tongban.domain.actor import Actor
from tongban.domain.refusals import NotAllowed
from tongban.reads import lanes, parked

# Page -> the power that opens it, in the order of the navigation.
ROOMS = {
    "board": "board.read",
    "members": "staff.manage",
    "tokens": "staff.manage",
    "audit": "audit.read",
    "catalog": "catalog.publish",
    "nodes": "board.read",
    "parked": "exchange.manage",
}
# Pages about a node as a whole: the power must cover the city or the node's district, and the read knows.
OF_NODE: dict[str, Callable[[Actor], bool]] = {"nodes": lanes.may_see, "parked": parked.may_see}
# Pages that belong to another in the navigation.
PART_OF = {"hire": "members", "member": "members", "grant": "members", "reset": "members", "item": "catalog"}
POWERS = tuple(dict.fromkeys(ROOMS.values()))


def needs_one(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that any power of the console opens."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rooms(acting(request)):
            raise NotAllowed(
                "console.closed", "您没有打开管理台的权限", "You do not have a power that opens the console"
            )
        return view(request, *args, **kwargs)

    run.door = POWERS[0]  # type: ignore[attr-defined]
    return run


def rooms(actor: Actor) -> list[str]:
    """The pages the actor may open."""
    return [room for room, power in ROOMS.items() if actor.may(power) and OF_NODE.get(room, _any)(actor)]


def _any(actor: Actor) -> bool:
    return True


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the console with its navigation."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    frame = {"rooms": rooms(acting(request)), "part": PART_OF.get(here, here)}
    return render(request, f"console/{template}.html", {**context, **frame}, status=status)


@needs_one
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page that the actor may open."""
    return redirect(f"console:{rooms(acting(request))[0]}")
