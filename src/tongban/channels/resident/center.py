"""One center (中心主页) at the public's door: where it is, when it opens, what can be handed in there. Whoever has an old code of a street
that was merged is led on to the center that stands there now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tongban.channels.resident.look import page, words
from tongban.channels.shared import errors
from tongban.channels.shared.actor import public
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.reads import center_page as reads


@public
@require_safe
def center(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a center, and what of an item looked for it takes."""
    at, asked = clock.now(), words(request)
    standing = reads.now_standing(code, at)
    if not standing:
        return errors.respond(request, 404, title=Text("没有这个受理中心", "There is no such center"))
    if standing != code:
        return redirect("resident:center", code=standing)
    return page(request, "center", {"v": reads.center_page(code, asked, at=at), "q": asked})
