"""One center (中心主页) at the public's door: where it is, when it opens, what can be handed in there; and 我的中心, the one a person
chose: of the person where somebody signed in, else of this browser."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tongban.channels.resident.door import Door, standing
from tongban.channels.resident.look import page, words
from tongban.channels.shared import errors
from tongban.channels.shared.actor import public
from tongban.channels.shared.language import say
from tongban.channels.shared.views import YEAR
from tongban.domain.text import Text
from tongban.flows import my_center as flows
from tongban.plumbing import clock
from tongban.reads import center_page, my_center
from tongban.reads.my_center import MyCenter

COOKIE = "center"


def chosen(request: HttpRequest, door: Door | None) -> MyCenter | None:
    """The center that whoever is here chose, else the one chosen in this browser."""
    at = clock.now()
    of_person = my_center.chosen(door.actor, door.visit, at=at) if door else None
    return of_person or my_center.by_code(request.COOKIES.get(COOKIE, "")[:12], at=at)


def mine(request: HttpRequest, door: Door | None) -> MyCenter | None:
    """The center chosen; else, of whoever signed in, the one suggested by where they live."""
    found = chosen(request, door)
    return found or (my_center.suggested(door.actor, door.visit, at=clock.now()) if door else None)


def likely(request: HttpRequest, door: Door) -> str:
    """The center that a form offers as chosen, only for oneself: whoever acts for another has their own near, not the other's."""
    found = None if door.for_other else chosen(request, door)
    return found.now.code if found is not None else ""


@public
@require_safe
def center(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a center, and what of an item looked for it takes. An old code of a merged street leads on to what stands now."""
    at, asked = clock.now(), words(request)
    now_standing = center_page.now_standing(code, at)
    if not now_standing:
        return errors.respond(request, 404, title=Text("没有这个受理中心", "There is no such center"))
    if now_standing != code:
        return redirect("resident:center", code=now_standing)
    door = standing(request)
    own = chosen(request, door)
    context = {
        "v": center_page.center_page(code, asked, at=at), "q": asked,
        "is_mine": own is not None and own.now.code == code,
    }  # fmt: skip
    return private(page(request, "center", context), door)


@public
@require_POST
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """设为我的中心: remembered of the person who signed in, else in this browser."""
    at, door = clock.now(), standing(request)
    found = my_center.by_code(code, at=at)
    if found is None:
        return errors.respond(request, 404, title=Text("没有这个受理中心", "There is no such center"))
    answer = redirect("resident:center", code=found.now.code)
    if door is not None:
        flows.choose(door.actor, door.visit, found.now.code, at=at)
        # What the browser kept for whoever sat here would contradict it later.
        answer.delete_cookie(COOKIE, samesite="Lax")
        said = say(
            "已设为您的中心,换一台设备登录也在。", "It is your center now, also on other devices once you sign in."
        )
    else:
        answer.set_cookie(
            COOKIE, found.now.code, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
        said = say(
            "已设为您的中心,记在这个浏览器里;登录后再设,换设备也能看到。",
            "It is your center now, in this browser; choose it signed in to find it on other devices.",
        )
    messages.success(request, said)
    return answer


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """不再设为我的中心: nothing is remembered, of the person or in this browser."""
    door = standing(request)
    if door is not None:
        flows.choose(door.actor, door.visit, "", at=clock.now())
    answer = redirect("resident:home")
    answer.delete_cookie(COOKIE, samesite="Lax")
    messages.success(request, say("不再记着这个中心。", "It is not remembered any more."))
    return answer


def private(answer: HttpResponse, door: Door | None) -> HttpResponse:
    """A page that anybody may read, with something of whoever signed in on it, is kept by no cache."""
    if door is not None:
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer
