"""Refusals as machines read them: application/problem+json (RFC 9457) with a stable code, the sentence in the language asked
for, and one error per thing that is wrong, with a JSON pointer into what was sent. Nothing is invented here but for the
envelope itself: bytes that are no JSON, an unknown address, a missing token."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import AuthenticationError, ValidationError

from tongban.channels.shared import errors
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.plumbing.limiter import TooOften

log = logging.getLogger("tongban.openapi")
MEDIA_TYPE = "application/problem+json"
NOWHERE = Text("没有这个地址,请查看接口文档", "There is no such address; see the documentation")
BROKEN = Text("系统出现故障,请稍后重试", "Something broke on our side; try again later")
# Lost in the middle of a commit, nobody can say whether it was done; the key makes the question harmless.
AWAY = Text(
    "数据库暂时没有应答,不能确定这一步是否已经完成", "The database does not answer; whether this was done is not known"
)
SAME_KEY = Text(
    "请用同一个 Idempotency-Key 再次发送:已完成的不会重复办理",
    "Send it again with the same Idempotency-Key: it is done once",
)


class Error(msgspec.Struct, frozen=True):
    """One thing that is wrong: where (a JSON pointer into what was sent; empty: the whole), what, and what to do."""

    pointer: str
    code: str
    message: str
    advice: str = ""


class ProblemDetails(msgspec.Struct, frozen=True):
    """A refusal. ``code`` is stable; ``title`` and ``message`` are for people, in Chinese or (Accept-Language) English."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Error]


class Malformed(Refused):
    """The request itself cannot be read; ``status`` says how."""

    def __init__(self, status: int, code: str, text: Text, *, pointer: str = "", advice: Text | None = None) -> None:
        super().__init__(code, text.zh, text.en, pointer=pointer, advice=advice)
        self.status = status


def language(request: HttpRequest) -> str:
    """``en`` when the client prefers English, else Chinese."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:200].split(",")):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            quality = 0.0
        if tag[:2] in ("zh", "en") and quality > 0:
            wanted.append((-quality, place, tag[:2]))
    return min(wanted)[2] if wanted else "zh"


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal: that of the pages, but for what only a machine can send wrongly."""
    return refused.status if isinstance(refused, Malformed) else errors.status_of(refused)


def respond(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The answer to a refusal."""
    speaks, status = language(request), status_of(refused)
    title = refused.text.in_language(speaks)
    advice = refused.advice.in_language(speaks) if refused.advice else ""
    body = ProblemDetails(
        f"urn:tongban:problem:{refused.code}", title, status, refused.code, advice or title,
        [_error(p, speaks) for p in refused.problems],
    )  # fmt: skip
    answer = HttpResponse(msgspec.json.encode(body), content_type=MEDIA_TYPE, status=status)
    answer["Content-Language"] = "en" if speaks == "en" else "zh-CN"
    answer["Cache-Control"] = "no-store"
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="tongban"'
    if isinstance(refused, TooOften):
        answer["Retry-After"] = str(max(1, round((refused.until - clock.now()).total_seconds())))
    return answer


def _error(problem: Problem, speaks: str) -> Error:
    advice = problem.advice.in_language(speaks) if problem.advice else ""
    return Error(problem.pointer, problem.code, problem.text.in_language(speaks), advice)


def of_exception(request: HttpRequest, error: Exception) -> HttpResponse:
    """The answer to whatever went wrong below; what is not the client's fault is logged and told as ours."""
    if isinstance(error, Refused):
        return respond(request, error)
    if isinstance(error, AuthenticationError):
        text = Text("缺少有效的令牌:请在 Authorization 中提供 Bearer 令牌", "A valid Bearer token is needed")
        return respond(request, Malformed(401, "token.missing", text))
    if isinstance(error, ValidationError):
        return respond(request, _parameters(error.errors))
    if isinstance(error, Http404):
        return respond(request, Malformed(404, "api.nowhere", NOWHERE))
    if isinstance(error, RequestDataTooBig):
        return respond(request, too_big())
    if isinstance(error, SuspiciousOperation | UnreadablePostError | UnicodeDecodeError):
        text = Text(
            "请求内容不完整或无法读取,请重新发送", "The request was incomplete or cannot be read; send it again"
        )
        return respond(request, Malformed(400, "request.unreadable", text))
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    if isinstance(error, OperationalError | InterfaceError):
        answer = respond(request, Malformed(503, "api.database_away", AWAY, advice=SAME_KEY))
        answer["Retry-After"] = "1"
        return answer
    return respond(request, Malformed(500, "api.broken", BROKEN))


def too_big() -> Malformed:
    """The body is larger than the API takes (files have an address of their own)."""
    return Malformed(
        413, "request.too_big", Text("请求内容太大,文件请单独上传", "The body is too large; send files by themselves")
    )


def media_type(wanted: str) -> Malformed:
    """The body is of another kind than this address takes."""
    return Malformed(415, "request.media_type", Text(f"请以 {wanted} 发送", f"Send it as {wanted}"))


def _parameters(errors: list[dict[str, Any]]) -> Refused:
    """What is wrong with the address: a path that names nothing is a 404, a query parameter is told by name."""
    if any("path" in e.get("loc", ())[:1] for e in errors):
        return Malformed(404, "api.nowhere", NOWHERE)
    problems = tuple(
        Problem(
            "query.invalid",
            Text(
                f"参数 {e['loc'][-1]} 的值不正确", f"The value of {e['loc'][-1]} is not right: {e.get('msg', '')[:200]}"
            ),
            f"/{'headers' if e['loc'][0] == 'header' else 'query'}/{e['loc'][-1]}",
        )
        for e in errors
    )
    return Refused("query.invalid", problems[0].text.zh, problems[0].text.en, problems=problems)


def spoken(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap an address so that whatever happens on its way is told as a problem, too (wrong method, cut-off body)."""

    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except Exception as error:
            return of_exception(request, error)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED and answer.get("Content-Type") != MEDIA_TYPE:
            told = respond(
                request, Malformed(405, "api.method", Text("此地址不支持该方法", "This address knows no such method"))
            )
            told["Allow"] = answer["Allow"]
            return told
        return answer

    run.csrf_exempt = True  # type: ignore[attr-defined]
    return run


@spoken
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every other address under /api/v1/."""
    raise Http404
