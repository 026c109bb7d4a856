"""An item for the person served: open it, fetch what the city knows, weigh it anew at every answer, keep it as a draft."""

import uuid
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.drafts import MOST
from tongban.channels.window import serve_forms
from tongban.channels.window.serve_forms import Brought, Scan
from tongban.channels.window.serve_visit import frame
from tongban.domain.receiving import Intake
from tongban.domain.refusals import Conflict, Refused
from tongban.flows import access, receive, serve
from tongban.plumbing import clock
from tongban.plumbing.ids import new_id
from tongban.reads import checklist, draft_away, serving
from tongban.reads.checklist import ItemPage


@needs("case.receive")
@require_safe
def item(request: HttpRequest, visit: uuid.UUID, code: str) -> HttpResponse:
    """The page of an item; it goes on from the draft that is named, or from the newest of this person for this item."""
    actor, at = acting(request), clock.now()
    drafts = serving.visit_page(actor, str(visit), today=clock.city_date(at)).drafts
    wanted = request.GET.get("draft", "") or next((d.id for d in drafts if d.item == code), "")
    found = serving.draft(actor, str(visit), wanted) if wanted and wanted != "no" else None
    if found is not None and found.item != code:
        found = None
    intake = msgspec.json.decode(found.body, type=Intake) if found else None
    page = checklist.item_page(actor, str(visit), code, intake, today=clock.city_date(at))
    # What is shown in clear from here on is a look at this person, and they can see that it was.
    access.person(actor, reason=f"办理“{page.version.name.zh}”", visit_id=str(visit), at=at)
    context = around(
        request,
        visit,
        page,
        _scans_again(visit, page),
        draft=str(found.id) if found else "",
        rev=found.rev if found else 0,
    )
    return draw(request, visit, context | {"resumed": found})


def _scans_again(visit: uuid.UUID, page: ItemPage) -> tuple[Scan, ...]:
    """Tokens for the scans of a draft that this visit goes on with."""
    return tuple(
        serve_forms.make_scan(visit, p.material, p.digest, p.grade, "") for p in page.intake.papers if p.digest
    )


def around(request: HttpRequest, visit: uuid.UUID, page: ItemPage, scans: tuple[Scan, ...], *, draft: str = "", rev: int = 0,
           key: str = "", **more: Any) -> dict[str, Any]:  # fmt: skip
    """What the templates of an item are given."""
    return {
        "item": page, "code": page.version.code, "visit": str(visit), "scans": scans, "draft": draft or new_id(), "rev": rev,
        "act_key": key or new_id(), "open_fields": [f for f in page.fields if not f.settled], "problems": (), "problems_title": "", "fetched": None,
        "resumed": None, "kept_as_draft": False, **more,
    }  # fmt: skip


def draw(request: HttpRequest, visit: uuid.UUID, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The item alone for htmx, the whole page otherwise."""
    if getattr(request, "htmx", False):
        return render(request, "window/serve/item.html", context, status=status)
    return render(request, "window/serve/item_page.html", frame(request, visit) | context, status=status)


def brought(request: HttpRequest, visit: uuid.UUID, code: str) -> tuple[Brought, ItemPage]:
    """The posted form weighed. A field that came back into play takes the answer it had before it went out of sight."""
    actor, today = acting(request), clock.today()
    version = checklist.version_of(code, today)
    came = serve_forms.read(request, visit, checklist.elements_of(version), [p.material for p in version.papers])
    page = checklist.item_page(actor, str(visit), code, came.intake, today=today)
    back = {
        f.element.code: came.kept[f.element.code]
        for f in page.fields
        if f.element.code in came.kept and f.element.code not in came.intake.answers
    }
    if back:
        intake = msgspec.structs.replace(came.intake, answers=came.intake.answers | back)
        page = checklist.item_page(actor, str(visit), code, intake, today=today)
    return came, page


@needs("case.receive")
@require_POST
def fetch(request: HttpRequest, visit: uuid.UUID, code: str) -> HttpResponse:
    """The person agrees: ask the departments, then draw the item anew with what came and what was typed meanwhile."""
    actor = acting(request)
    came, _ = brought(request, visit, code)
    fetched = serve.gather(actor, str(visit), code, at=clock.now())
    # An empty field is no answer yet: what the departments know may fill it.
    answers = {k: v for k, v in came.intake.answers.items() if v not in ("", [])}
    intake = msgspec.structs.replace(came.intake, answers=answers)
    page = checklist.item_page(actor, str(visit), code, intake, today=clock.today())
    own = came.controls
    context = around(
        request, visit, page, came.scans, draft=own["draft"], rev=serve_forms.number(own["rev"] or "0"), key=own["key"],
        fetched=checklist.fetched_words(fetched),
    )  # fmt: skip
    return draw(request, visit, context)


@needs("case.receive")
@require_POST
def check(request: HttpRequest, visit: uuid.UUID, code: str) -> HttpResponse:
    """An answer changed: what it changes elsewhere (fields, papers, eligibility, where it goes), and nothing that is typed."""
    came, page = brought(request, visit, code)
    changed = came.controls["changed"]
    now = {f.element.code for f in page.fields if not f.settled}
    gone = {c: came.intake.answers.get(c, "") for c in came.shown - now}
    fresh = [
        f for f in page.fields if not f.settled and (f.element.code not in came.shown or f.element.code == changed)
    ]
    mine = tuple(
        p
        for p in (*came.envelope, *page.problems)
        if p.pointer.startswith(f"/answers/{changed}") and came.intake.answers.get(changed)
    )
    context = around(request, visit, page, came.scans, draft=came.controls["draft"], key=came.controls["key"])
    return render(request, "window/serve/changed.html", context | {"fresh": fresh, "gone": gone, "mine": mine})


@needs("case.receive")
@require_POST
def save(request: HttpRequest, visit: uuid.UUID, code: str) -> HttpResponse:
    """Keep what was typed so far, right or wrong; another device that saved in between is told of."""
    came, _ = brought(request, visit, code)
    own, at = came.controls, clock.now()
    context: dict[str, Any] = {"at": at, "visit": str(visit), "code": code}
    try:
        kept = receive.save_draft(
            acting(request), str(visit), code, came.intake, draft=serve_forms.draft_id(own["draft"]),
            rev=serve_forms.number(own["rev"] or "0"), at=at,
        )  # fmt: skip
    except Conflict as conflict:
        context |= {"conflict": conflict, "draft": own["draft"]}
        if conflict.code == "draft.away":
            context |= moved_away(request, visit, own["draft"])
        return render(request, "window/serve/saved.html", context, status=409)
    except Refused as refused:
        return render(request, "window/serve/saved.html", context | {"problem": refused.problems[0]}, status=422)
    return render(request, "window/serve/saved.html", context | {"draft": kept})


def moved_away(request: HttpRequest, visit: uuid.UUID, draft: str) -> dict[str, Any]:
    """Where the draft of this page is now, and what fetches it back."""
    return {
        "away": draft_away.one(acting(request), str(visit), draft), "most": MOST, "turn": 0,
        "bring": reverse("window:bring", args=[visit]),
    }  # fmt: skip
