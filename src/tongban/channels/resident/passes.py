"""The pass of a resident who gave number and code: a cookie for one case and half an hour. The code in it is sealed, so the
cookie of a shared computer tells nobody anything, and it is bound to the case, so that it opens no other. The way to the real-name
service and back is kept likewise."""

import base64
import binascii

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongban.domain.ports import WayIn
from tongban.plumbing import clock, crypto

COOKIE, SECONDS = "pass", 1800
WAY, WAY_SECONDS, _WAY = "way", 600, b"resident.way"


def give(answer: HttpResponse, number: str, code: str) -> None:
    """Put the pass into an answer; the browser sends it to the pages of this case only."""
    plain = msgspec.json.encode((code, int(clock.now().timestamp())))
    sealed = base64.urlsafe_b64encode(crypto.seal(plain, context=_context(number))).decode()
    answer.set_cookie(
        COOKIE, sealed, max_age=SECONDS, path=_path(number), httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def take_back(answer: HttpResponse, number: str) -> None:
    """Let the browser forget the pass."""
    answer.delete_cookie(COOKIE, path=_path(number), samesite="Lax")


def code_in(request: HttpRequest, number: str) -> str:
    """The query code in the pass; empty when there is none, it is over, or it is not for this case."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, ""))
        code, since = msgspec.json.decode(crypto.open_(sealed, _context(number)), type=tuple[str, int])
    except (binascii.Error, ValueError, crypto.Tampered, msgspec.MsgspecError):
        return ""
    return code if 0 <= clock.now().timestamp() - since <= SECONDS else ""


def remember_way(answer: HttpResponse, way: WayIn, target: str) -> None:
    """Keep, while somebody is at the real-name service, what must come back with them and where they wanted to go."""
    plain = msgspec.json.encode((way, target, int(clock.now().timestamp())))
    sealed = base64.urlsafe_b64encode(crypto.seal(plain, context=_WAY)).decode()
    answer.set_cookie(
        WAY, sealed, max_age=WAY_SECONDS, path=reverse("resident:sign_in"), httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def way_taken(request: HttpRequest) -> tuple[WayIn, str] | None:
    """The way that this browser was sent on, and where it wanted to go; None when there is none or it took too long."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(WAY, ""))
        way, target, since = msgspec.json.decode(crypto.open_(sealed, _WAY), type=tuple[WayIn, str, int])
    except (binascii.Error, ValueError, crypto.Tampered, msgspec.MsgspecError):
        return None
    return (way, target) if 0 <= clock.now().timestamp() - since <= WAY_SECONDS else None


def forget_way(answer: HttpResponse) -> None:
    """The way was taken, or led nowhere."""
    answer.delete_cookie(WAY, path=reverse("resident:sign_in"), samesite="Lax")


def _path(number: str) -> str:
    return reverse("resident:case", args=[number])


def _context(number: str) -> bytes:
    return f"resident.pass:{number}".encode()
