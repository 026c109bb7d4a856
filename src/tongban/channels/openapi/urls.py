"""Addresses of the API. Every one of them answers in problem+json when it refuses, and so does every other address here."""

from django.urls import URLPattern, path

from tongban.channels.openapi import docs, problems
from tongban.channels.openapi.api import api

app_name = "openapi"


def _spoken(pattern: URLPattern) -> URLPattern:
    pattern.callback = problems.spoken(pattern.callback)
    return pattern


urlpatterns = [
    path("openapi.json", docs.openapi, name="document"),
    path("docs", docs.page, name="docs"),
    *(_spoken(p) for p in api.urls[0] if isinstance(p, URLPattern) and p.name != "api-root"),
    path("<path:rest>", problems.nowhere),
    path("", problems.nowhere),
]
