"""The API itself: one token door for all addresses, one voice for all refusals."""

from django.http import Http404, HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from tongban.channels.openapi import (
    acts,
    board,
    cases,
    centers,
    document,
    drafts,
    exchange,
    files,
    items,
    outcomes,
    problems,
    progress,
    visits,
)
from tongban.domain.actor import Actor
from tongban.plumbing import clock
from tongban.reads import who


class MachineToken(HttpBearer):
    """令牌: issued to a machine by who manages staff in its place; it ends within a year, and within a second when it is revoked."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The machine behind the token, or None: unknown, ended and expired are told alike."""
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return self.authenticate(request, token.strip()) if scheme.lower() == "bearer" else None

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The machine behind a raw token."""
        return who.machine(token, clock.now())


api = NinjaAPI(
    title=document.TITLE, version=document.VERSION, description=document.about(), auth=MachineToken(), docs_url=None,
    openapi_url=None, urls_namespace="openapi",
)  # fmt: skip
for kind in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(kind, problems.of_exception)  # type: ignore[arg-type]
for part in (cases, acts, outcomes, visits, drafts, items, centers, files, progress, board, exchange):
    api.add_router("", part.router)
