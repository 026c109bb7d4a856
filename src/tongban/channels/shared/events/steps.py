"""The steps of a life event on screen: each page is drawn from the newest draft, each press sends one step, which is saved before
anything else is said. A later writer than another device is told, sees what the other wrote, and loses nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tongban.channels.shared import drafts
from tongban.channels.shared.events import posted
from tongban.channels.shared.events.frame import CODES, Frame, Place, place, screen_of, show
from tongban.channels.shared.events.posted import Sent
from tongban.domain.element import Element
from tongban.domain.event_intake import EventIntake
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Problem, Refused
from tongban.domain.text import Text
from tongban.flows import compose, serve
from tongban.plumbing import clock, files
from tongban.reads import draft_away, values
from tongban.reads import event as reads
from tongban.reads.checklist import fetched_words
from tongban.reads.checklist_form import drawn
from tongban.reads.draft_away import DraftAway

NEXT = {"start": "questions", "questions": "questions", "plan": "form", "form": "papers", "papers": "check"}


def open_step(request: HttpRequest, frame: Frame, step: str) -> HttpResponse:
    """The page of a step, from what was saved last."""
    return _page(request, frame, step, place(frame, final=step == "check"), asked_again=request.GET.get("ask", ""))


def _page(
    request: HttpRequest, frame: Frame, step: str, here: Place, *, asked_again: str = "", **more: Any
) -> HttpResponse:
    if step == "questions":
        asked = _asked(here, asked_again)
        if asked is None:
            return _go(request, frame.address("plan"))
        return show(request, frame, step, here, **_question(here, asked), **more)
    if step == "check":
        return show(request, frame, step, here, with_picture=True, **more)
    if step == "start":
        more["aways"] = draft_away.away(frame.actor, frame.visit, frame.event)
    return show(request, frame, step, here, **more)


def bring(request: HttpRequest, frame: Frame) -> HttpResponse:
    """A draft of this event that lies at another node: ask for it, or see how it stands."""
    return drafts.bring(request, frame.actor, frame.visit, frame.address("bring"), frame.address("start"))


def _asked(here: Place, wanted: str) -> Element | None:
    """The question that is put: one that is asked for again, or the next."""
    if wanted in here.screen.askable:
        element = here.screen.prepared.registry.elements[wanted]
        return drawn(element, here.intake.answers.get(wanted, ""))
    return here.screen.asked_element


def _question(here: Place, element: Element) -> dict[str, Any]:
    question = next(q for q in here.screen.event.questions if q.element == element.code)
    again = here.screen.question is None or here.screen.question.element != element.code
    return {
        "element": element, "asked_text": question.text or element.name, "asked_why": question.why, "again": again,
        "value": here.intake.answers.get(element.code, ""), "left": here.screen.question.left + 1 if here.screen.question and not again else 0,
    }  # fmt: skip


def send_step(request: HttpRequest, frame: Frame, step: str) -> HttpResponse:
    """One step was sent: save it, right or wrong, and go on, or say what is wrong at its place."""
    before = place(frame)
    element = _asked(before, request.POST.get("ask", "")) if step == "questions" else None
    sent = _read(request, frame, step, before, element)
    if step == "questions" and sent.problems:
        return _again(request, frame, step, before, sent, element)
    try:
        kept = _save(frame, sent, before)
    except Conflict:
        return _moved(request, frame, step, sent, element)
    if not kept:
        number = reads.used_as(frame.actor, frame.visit, sent.own["draft"])
        return _go(request, frame.done(number)) if number else _told(request, frame, step, before, sent, element)
    after = place(frame)
    problems = (*sent.problems, *_of_step(step, after))
    if sent.own["go"] == "later":
        return _go(request, frame.address("saved"))
    if sent.own["go"] == "stay" or sent.own["remove"]:
        return _go(request, frame.address(step))
    if problems:
        return show(request, frame, step, after, problems=problems, status=422)
    if step == "questions" and not after.screen.question:
        return _go(request, frame.address("plan"))
    return _go(request, frame.address(NEXT[step]))


def _read(request: HttpRequest, frame: Frame, step: str, before: Place, element: Element | None) -> Sent:
    if step == "questions":
        if element is None:
            return Sent(before.intake, posted.controls(request))
        return posted.question(request, before.intake, element)
    if step == "start":
        return Sent(before.intake, posted.controls(request))
    if step == "papers":
        return posted.papers(request, before.intake, before.screen, counter=frame.channel == "window")
    return {"plan": posted.plan, "form": posted.form}[step](request, before.intake, before.screen)


def _save(frame: Frame, sent: Sent, before: Place) -> bool:
    """Keep what was sent; False when another device or a counter saved in between, or began a draft of its own. Conflict
    ``draft.away`` when it has moved to another node."""
    own = sent.own
    if before.draft is not None and own["draft"] != before.draft.id:
        return False
    try:
        compose.save(
            frame.actor, frame.visit, frame.event, sent.intake, draft=own["draft"], rev=int(own["rev"] or "0"),
            at=clock.now(), key=own["key"],
        )  # fmt: skip
    except Conflict as conflict:
        if conflict.code == "draft.away":
            raise
        return False
    return True


def _of_step(step: str, here: Place) -> tuple[Problem, ...]:
    """What is wrong on this page: its own fields or papers, not those of pages that come later."""
    if step == "form":
        return tuple(p for p in here.screen.problems if p.pointer.startswith(("/answers/", "/center")))
    if step == "papers":
        return tuple(p for p in here.screen.problems if p.pointer.startswith("/papers/"))
    return ()


def _again(
    request: HttpRequest, frame: Frame, step: str, before: Place, sent: Sent, element: Element | None
) -> HttpResponse:
    """A question that was not answered, or not so that it can be read: it stands there with what was typed."""
    assert element is not None
    more = _question(before, element) | {"value": request.POST.get(element.code, "")}
    return show(request, frame, step, before, problems=sent.problems, status=422, key=sent.own["key"], **more)


def _told(
    request: HttpRequest,
    frame: Frame,
    step: str,
    newest: Place,
    sent: Sent,
    element: Element | None,
) -> HttpResponse:
    """Somebody saved in between, on another device or at a counter: the page comes back with everything that was typed here
    over the newest, and says where the other one differs. Sending it again is then the person's own decision."""
    merged = Place(newest.draft, sent.intake, screen_of(frame, sent.intake))
    more: dict[str, Any] = {"newer": newest.draft, "differs": _differs(newest, sent.intake)}
    if step == "questions" and element is not None:
        more |= _question(newest, element) | {"value": request.POST.get(element.code, "")}
    return show(request, frame, step, merged, status=409, **more)


def _elsewhere(frame: Frame, draft: str) -> DraftAway | None:
    """The draft of this page, when it has moved to another node."""
    try:
        found = draft_away.one(frame.actor, frame.visit, draft)
    except NotFound:
        return None
    return found if found.state in ("away", "coming") else None


def _moved(request: HttpRequest, frame: Frame, step: str, sent: Sent, element: Element | None) -> HttpResponse:
    """A counter of another node goes on with it: the page comes back with what was typed, and with a button that fetches it back."""
    here = Place(None, sent.intake, screen_of(frame, sent.intake))
    more: dict[str, Any] = {"away": draft_away.one(frame.actor, frame.visit, sent.own["draft"])}
    if step == "questions" and element is not None:
        more |= _question(here, element) | {"value": request.POST.get(element.code, "")}
    return show(
        request, frame, step, here, status=409, draft_id=sent.own["draft"],
        rev=int(sent.own["rev"] or "0"), **more,
    )  # fmt: skip


def _differs(newest: Place, mine: EventIntake) -> list[tuple[Text, Text, Text]]:
    elements = newest.screen.prepared.registry.elements
    theirs = newest.intake.answers
    return [
        (
            elements[c].name,
            values.in_words(elements[c], mine.answers.get(c)),
            values.in_words(elements[c], theirs.get(c)),
        )
        for c in sorted(mine.answers.keys() | theirs.keys())
        if c in elements and str(mine.answers.get(c, "")) != str(theirs.get(c, ""))
    ]


def submit(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Hand it all in, once: the same key again is the same act. Whatever is refused stands at its place, and all is kept."""
    own, here = posted.controls(request), place(frame, final=True)
    number = reads.used_as(frame.actor, frame.visit, own["draft"])
    if number:
        return _go(request, frame.done(number))
    if here.draft is None and (moved := _elsewhere(frame, own["draft"])) is not None:
        return show(request, frame, "start", here, aways=(moved,), status=409)
    if here.draft is None or own["draft"] != here.draft.id or int(own["rev"] or "0") != here.draft.rev:
        # What is handed in is what was read: a draft that changed since is shown again first.
        changed = Problem(
            "draft.newer",
            Text("核对之后内容又改过,请再核对一遍", "It changed after you read it: check it once more"),
            "",
        )
        return show(request, frame, "check", here, problems=(changed,), status=409, with_picture=True)
    if here.screen.problems:
        return show(request, frame, "check", here, problems=here.screen.problems, status=422, with_picture=True)
    try:
        receipt = compose.submit(
            frame.actor, frame.visit, frame.event, here.intake, draft=here.draft.id, channel=frame.channel,
            at=clock.now(), key=own["key"],
        )  # fmt: skip
    except Conflict as conflict:
        number = reads.used_as(frame.actor, frame.visit, own["draft"])
        if number:
            return _go(request, frame.done(number))
        return show(request, frame, "check", here, problems=conflict.problems, status=409, with_picture=True)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return show(
            request, frame, "check", here, problems=refused.problems, status=422, with_picture=True, key=own["key"]
        )
    return _go(request, frame.done(receipt.number))


def saved(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Kept for later, and said so that nobody takes it for handed in."""
    here = place(frame)
    if here.draft is None:
        return redirect(frame.address("start"))
    return show(request, frame, "saved", here)


def fetch(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The person agrees, for this event and this time: the departments are asked, and the page says what came."""
    own, here = posted.controls(request), place(frame)
    name = here.screen.event.name
    came = serve.gather_wanted(
        frame.actor, frame.visit, f"event:{frame.event}", name, here.screen.requests, at=clock.now()
    )
    # Told in the answer itself: what kinds of data a person has is nobody's business but theirs, nor a session's.
    step = own["go"] if own["go"] in CODES else "questions"
    return _page(request, frame, step, place(frame), fetched=fetched_words(came))


def scan(frame: Frame, digest: str) -> HttpResponse:
    """Look at a scan that belongs to this person's own draft."""
    here = reads.draft(frame.actor, frame.visit, frame.event)
    if here is None or all(one.paper.digest != digest for one in here.intake.papers):
        raise NotFound("file.missing", "没有找到这份扫描件", "No such scan")
    data = files.read(digest)
    kind = next((k for mark, k in DRAWN.items() if data.startswith(mark)), "")
    answer = HttpResponse(data, content_type=kind or "application/octet-stream")
    answer["Content-Disposition"] = f'{"inline" if kind else "attachment"}; filename="scan-{digest[:8]}"'
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; frame-ancestors 'none'"
    answer["Cache-Control"] = "no-store"
    return answer


# Only these are drawn by a browser; the cabinet holds nothing else that it could be tricked to run.
DRAWN = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r": "image/png"}


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """On to the next page: htmx loads it whole, so that it is announced and begins at its top."""
    if getattr(request, "htmx", False):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = address
        return answer
    return redirect(address)
