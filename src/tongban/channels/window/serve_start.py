"""The first screen of a counter: read the card (F2) or type who is here, for themselves or acting for somebody."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.language import say
from tongban.channels.window import serve_card
from tongban.channels.window.serve_typed import KINDS, as_typed, end_date, identity, mandate_must_be_whole
from tongban.domain.acting import AGENT_IS
from tongban.domain.consent import MANDATE_KINDS, MandateKind
from tongban.domain.person import Identity
from tongban.domain.ports import CardRead
from tongban.domain.refusals import Problem, Refused
from tongban.flows import serve
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import serving

MANDATES = {k: v for k, v in MANDATE_KINDS.items() if k != "organisation"}


@needs("case.receive")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page; visits that were not ended are offered first."""
    return _page(request, {"for": "other" if request.GET.get("for") == "other" else "self"})


def _page(request: HttpRequest, typed: dict[str, str], problems: tuple[Problem, ...] = (), **more: Any) -> HttpResponse:
    at = clock.now()
    context = {
        "open_visits": serving.open_visits(acting(request), at=at), "typed": typed, "problems": problems, "kinds": KINDS,
        "mandates": MANDATES, "relations": AGENT_IS, "other": typed.get("for") == "other", "key": typed.get("key") or new_id(),
        "latest": clock.city_date(at) + dt.timedelta(days=365), **more,
    }  # fmt: skip
    return render(request, "window/serve/start.html", context, status=422 if problems else 200)


@needs("case.receive")
@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """F2: the card on the reader begins the visit; of an agent it is kept for the next step."""
    actor, at = acting(request), clock.now()
    typed: dict[str, str] = {}
    try:
        typed = as_typed(request.POST)
        found = serve_card.read_card(at)
        person = serve_card.identity_of(found, at)
        if typed["for"] != "other":
            met = serve.meet(actor, person, how="card", ethnic=found.nation, at=at, key=typed["key"])
            return _begun(request, found, met.visit, at)
        if not typed["token"]:
            return _page(request, typed | {"token": serve_card.pack(found, actor, at)}, agent=_shown(found, at))
        # The agent was read before: this card is the principal's, brought along.
        typed |= {"kind": "citizen", "number": person.number, "name": person.name}
        agent_card = serve_card.unpack(typed["token"], actor, at)
        return _page(request, typed, agent=_shown(agent_card, at), principal_read=True)
    except Refused as refused:
        return _page(request, typed, refused.problems, **_agent_again(request, typed, at))


@needs("case.receive")
@require_POST
def meet(request: HttpRequest) -> HttpResponse:
    """Who is here was typed (and, acting for somebody, the mandate): begin the visit."""
    actor, at = acting(request), clock.now()
    typed: dict[str, str] = {}
    try:
        typed = as_typed(request.POST)
        applicant = identity(typed, at)
        if typed["for"] != "other":
            return _begun(request, None, serve.meet(actor, applicant, how="typed", at=at, key=typed["key"]).visit, at)
        return _for_another(request, typed, applicant, at)
    except Refused as refused:
        return _page(request, typed, refused.problems, **_agent_again(request, typed, at))


def _for_another(request: HttpRequest, typed: dict[str, str], applicant: Identity, at: dt.datetime) -> HttpResponse:
    actor = acting(request)
    card_read = serve_card.unpack(typed["token"], actor, at) if typed["token"] else None
    agent = serve_card.identity_of(card_read, at) if card_read else identity(typed, at, "agent_")
    until = end_date(typed["until"])
    mandate_must_be_whole(typed, until)
    how: serve.How = "card" if card_read else "typed"
    met = serve.meet(actor, applicant, how=how, agent=agent, at=at, key=typed["key"])
    if typed["paper"]:
        kind: MandateKind = "guardian" if typed["mandate"] == "guardian" else "written"
        serve.register_mandate(
            actor,
            met.visit,
            kind=kind,
            until=until,
            paper=typed["paper"],
            relation=typed["relation"],
            at=at,
            key=f"{typed['key']}:m",
        )
    return _begun(request, card_read, met.visit, at)


def _shown(found: CardRead, at: dt.datetime) -> dict[str, Any]:
    return {
        "who": serving.who("", serve_card.identity_of(found, at), clock.city_date(at)),
        "expired": serve_card.expired(found, at),
    }


def _agent_again(request: HttpRequest, typed: dict[str, str], at: dt.datetime) -> dict[str, Any]:
    """The agent's card that was read before stays on the page when something else is refused."""
    if not typed.get("token"):
        return {}
    try:
        return {"agent": _shown(serve_card.unpack(typed["token"], acting(request), at), at)}
    except Refused:
        typed["token"] = ""
        return {}


def _begun(request: HttpRequest, found: CardRead | None, visit: str, at: dt.datetime) -> HttpResponseRedirect:
    if found and serve_card.expired(found, at):
        said = say(
            f"身份证已于{found.valid_until}到期,可以继续接待,但不能作为有效证件使用。",
            f"The card expired on {found.valid_until}; serve the person, but it proves nothing.",
        )
        messages.warning(request, said)
    return redirect(reverse("window:visit", args=[visit]))
