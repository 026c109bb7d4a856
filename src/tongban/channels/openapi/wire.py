"""From bytes to values and back. Bodies are decoded into msgspec structs that refuse unknown fields; the same structs make the
OpenAPI document, so it cannot say something else than the program does. `read` and `write` register a view with django-ninja
and give it the Call: who asks, when, under which idempotency key, having seen which state."""

import datetime as dt
import functools
import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.params.models import Header

from tongban.channels.openapi import document, problems
from tongban.channels.openapi.problems import Malformed
from tongban.domain.actor import Actor
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import clock

T = TypeVar("T")
_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_ETAG = re.compile(r'"([0-9]{1,6})"', re.ASCII)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_PATH = re.compile(r"\{(\w+)\}")


class Call(NamedTuple):
    """One call of a machine. ``key`` is its Idempotency-Key; ``expect`` the n of the state it has seen (0: does not say)."""

    actor: Actor
    at: dt.datetime
    key: str
    expect: int
    request: HttpRequest

    @property
    def today(self) -> dt.date:
        """The city's date."""
        return clock.city_date(self.at)


class _Seen(NamedTuple):
    value: Any
    n: int


def read(router: Router, path: str, *, public: bool = False, by_post: bool = False, **more: Any) -> Callable[..., Any]:
    """Register a view that only looks. ``by_post``: what is asked about is too personal or too long for an address. ``waits``: what
    it answers (202) while somebody else has yet to answer."""
    return functools.partial(_register, router, "POST" if by_post else "GET", path, False, public, more)


def write(router: Router, path: str, *, method: str = "POST", **more: Any) -> Callable[..., Any]:
    """Register a view that does something: it needs an Idempotency-Key, and the same key is the same act."""
    return functools.partial(_register, router, method, path, True, False, more)


def _register(
    router: Router, method: str, path: str, keyed: bool, public: bool, more: dict[str, Any], view: Callable[..., Any]
) -> Callable[..., Any]:
    signature = inspect.signature(view)
    status, acts = more.pop("status", 200), more.pop("acts", False)
    sends, streams, waits = more.pop("sends", None), more.pop("streams", ""), more.pop("waits", None)
    decode = _decoder(signature.parameters["body"].annotation) if "body" in signature.parameters else None
    asked = [p for name, p in signature.parameters.items() if name not in ("call", "body")]
    in_query = frozenset(p.name for p in asked if not _in_header(p)) - set(_PATH.findall(path))

    @functools.wraps(view)
    def run(request: HttpRequest, **values: Any) -> HttpResponseBase:
        _known(request, in_query)
        if decode is not None:
            values["body"] = decode(request)
        # Public addresses have no actor, and their views ask for none.
        actor: Any = getattr(request, "auth", None)
        key, expect = _key(request) if keyed else "", _expected(request) if acts and keyed else 0
        call = Call(actor, clock.now(), key, expect, request)
        return reply(view(call, **values), status)

    own = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)]
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        own + [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in asked]
    )
    says = document.operation(
        signature, inspect.getdoc(view) or "", path=path, status=status, keyed=keyed, acts=acts, public=public, sends=sends,
        streams=streams, waits=waits,
    )  # fmt: skip
    register = getattr(router, method.lower())
    extra = {"auth": None} if public else {}
    register(path, response={status: None}, openapi_extra=says.extra, summary=says.summary, description=says.description,
             operation_id=view.__name__, **extra, **more)(run)  # fmt: skip
    return view


def _in_header(parameter: inspect.Parameter) -> bool:
    return any(isinstance(m, Header) for m in getattr(parameter.annotation, "__metadata__", ()))


def reply(value: Any, status: int = 200) -> HttpResponseBase:
    """A value as JSON; None is an empty 204; an HttpResponse passes as it is."""
    if isinstance(value, HttpResponseBase):
        return value
    n = 0
    if isinstance(value, _Seen):
        value, n = value
    if value is None:
        answer = HttpResponse(status=204)
        del answer["Content-Type"]
    else:
        answer = HttpResponse(msgspec.json.encode(value), content_type="application/json", status=status)
    answer["Cache-Control"] = "no-store"
    if n:
        answer["ETag"] = f'"{n}"'
    return answer


def at_state(value: T, n: int) -> T:
    """The value with the state (n) it was seen in as ETag; the client sends it back as If-Match with its next act."""
    return cast(T, _Seen(value, n))


def _decoder(wanted: Any) -> Callable[[HttpRequest], Any]:
    decoder = msgspec.json.Decoder(wanted)

    def decode(request: HttpRequest) -> Any:
        kind = request.META.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise problems.media_type("application/json")
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdigit() and len(length) < 20 and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise problems.too_big()
        raw = request.body
        try:
            value = decoder.decode(raw)
        except msgspec.ValidationError as error:
            raise _mismatch(str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            text = Text("请求内容不是有效的 JSON(UTF-8)", "The body is not valid JSON in UTF-8")
            raise Malformed(400, "request.not_json", text) from None
        # A NUL can stand in JSON and in no database; it is looked for where it is cheap.
        if b"\\u0000" in raw and _NUL.search(raw):
            text = Text("内容含有无法保存的字符(NUL)", "It contains a character that cannot be kept (NUL)")
            raise Malformed(422, "request.characters", text)
        return value

    return decode


_WORDS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL), "request.unknown_field", "不认识的字段"),
    (re.compile(r"Object missing required field `(?P<name>.*)`"), "request.missing_field", "缺少字段"),
)


def _mismatch(said: str) -> Refused:
    """What msgspec says, as a problem with a pointer: "Expected `int`, got `str` - at `$.papers[0].grade`"."""
    what, _, where = said.rpartition(" - at `") if " - at `" in said else (said, "", "$`")
    parts = [p for p in re.findall(r"[^.\[\]]+", where.rstrip("`").removeprefix("$")) if p]
    code, zh, name = "request.value", "类型或取值不正确", ""
    for pattern, its_code, its_zh in _WORDS:
        if found := pattern.match(what):
            code, zh, name = its_code, its_zh, found["name"][:60]
            parts.append(name)
            break
    text = Text(f"{zh}{f'“{name}”' if name else f':{what[:200]}'}", what[:200])
    pointer = "".join(f"/{part}" for part in parts)[:200]
    return Refused(code, text.zh, text.en, problems=(Problem(code, text, pointer),))


def _known(request: HttpRequest, names: frozenset[str]) -> None:
    """Unknown parameters are errors: a filter misspelled must not list everything."""
    raw = request.META.get("QUERY_STRING", "")
    if not raw:
        return
    for name in request.GET:
        if name not in names:
            shown = "".join(c if c.isprintable() else "?" for c in name[:40])
            text = Text(f"不认识的参数“{shown}”", f"Unknown parameter “{shown}”")
            raise Refused("query.unknown", text.zh, text.en, pointer=f"/query/{shown}")
        if len(request.GET.getlist(name)) > 1:
            raise Refused(
                "query.twice", f"参数“{name}”出现了多次", f"{name} is given more than once", pointer=f"/query/{name}"
            )
        if "\x00" in request.GET[name]:
            raise Refused(
                "query.invalid", f"参数“{name}”含有无效字符", f"{name} has broken characters", pointer=f"/query/{name}"
            )


def _key(request: HttpRequest) -> str:
    key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
    if not _KEY.fullmatch(key):
        raise Malformed(
            400, "request.no_key",
            Text("请在 Idempotency-Key 中提供请求编号(1–200 个可见 ASCII 字符);重发时用同一个编号",
                 "Give an Idempotency-Key (1–200 visible ASCII characters); use the same one when you send again"),
            pointer="/headers/Idempotency-Key",
        )  # fmt: skip
    return str(key)


def _expected(request: HttpRequest) -> int:
    given = request.META.get("HTTP_IF_MATCH", "")
    if not given:
        return 0
    found = _ETAG.fullmatch(given.strip())
    if not found or not int(found[1]):
        raise Malformed(
            400, "request.if_match",
            Text("If-Match 应为读取办件时得到的 ETag,例如 \"3\"", 'If-Match is the ETag of the case as you read it, e.g. "3"'),
            pointer="/headers/If-Match",
        )  # fmt: skip
    return int(found[1])
