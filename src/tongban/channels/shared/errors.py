"""Pages for what went wrong. Each says what, where, what to do now, and gives back what was typed; a refusal of the
rulebook becomes such a page (or an htmx fragment above the form) with its own words, never invented ones."""

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongban.channels.shared.forms import typed_before
from tongban.channels.shared.language import asked, tell
from tongban.domain.refusals import Conflict, NotAllowed, NotFound, Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import clock
from tongban.plumbing.limiter import TooOften

log = logging.getLogger("tongban.errors")

BACK = Text("请返回上一页检查后重试", "Go back, check what you entered and try again")
PAGES: dict[int, tuple[Text, Text, Text]] = {
    400: (
        Text("这个请求无法识别", "This request could not be understood"),
        Text("页面传来的内容不完整或格式不对,没有任何内容被保存。", "What the page sent was incomplete; nothing was saved."),
        BACK,
    ),
    403: (
        Text("您没有打开这个页面的权限", "You may not open this page"),
        Text("没有任何内容被更改。", "Nothing was changed."),
        Text("如果工作需要,请向本中心管理员申请权限", "If your work needs it, ask your center's administrator"),
    ),
    404: (
        Text("没有找到这个页面", "There is no such page"),
        Text("地址可能不完整,或内容已被移走。", "The address may be incomplete, or the page has moved."),
        Text("请检查地址,或从首页重新进入", "Check the address, or start from the home page"),
    ),
    409: (
        Text("内容已被他人更新", "Somebody else was first"),
        Text("您打开页面之后,这份内容已经变化,您的操作没有执行。", "It changed after you opened the page; your act was not done."),
        Text("请打开最新内容,核对后再操作", "Open the latest version and decide again"),
    ),
    413: (
        Text("提交的内容太大", "What you sent is too large"),
        Text("单个文件不超过 20 MB。没有任何内容被保存。", "A file may have at most 20 MB. Nothing was saved."),
        Text("请返回上一页,压缩文件或分次上传", "Go back and send smaller files, or several times"),
    ),
    429: (
        Text("操作过于频繁", "Too many requests"),
        Text("为保护系统,短时间内的请求次数受到限制。", "To protect the service, requests in a short time are limited."),
        Text("请稍等一分钟再试", "Wait a minute and try again"),
    ),
    500: (
        Text("系统出现故障", "Something broke on our side"),
        # The connection may have been lost after the commit: nobody can promise that nothing was done.
        Text("不是您的操作问题。这一步不一定完成了:返回后再提交一次,不会重复办理。", "It is not your fault. This step may or may not be done: go back and send it again, it is done once."),
        Text("请稍后再试;急件请改用纸质收件,并联系技术支持", "Try again shortly; for urgent matters take the request on paper and call support"),
    ),
}  # fmt: skip


def respond(
    request: HttpRequest,
    status: int,
    *,
    title: Text | None = None,
    what: Text | None = None,
    advice: Text | None = None,
    problems: tuple[Problem, ...] = (),
    code: str = "",
    sign_in: str = "",
    give_back: bool = True,
) -> HttpResponse:
    """The error page of a status, or its fragment for htmx; unset words come from PAGES."""
    own = PAGES.get(status, PAGES[400])
    at = clock.now().astimezone(clock.CITY_ZONE)
    context: dict[str, Any] = {
        "status": status, "title": tell(title or own[0]), "what": tell(what or own[1]), "advice": tell(advice or own[2]),
        "problems": problems, "code": code, "at": at, "path": request.path, "sign_in": sign_in,
        "typed": typed_before(request) if give_back and not getattr(request, "htmx", False) else [],
    }  # fmt: skip
    if getattr(request, "htmx", False):
        answer = render(request, "shared/error_fragment.html", context, status=status)
        # The words go above the form, so that the form with everything typed stays as it is.
        answer["HX-Retarget"], answer["HX-Reswap"] = "#notices", "innerHTML show:window:top"
        return answer
    return render(request, "shared/error.html", context, status=status)


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal."""
    if isinstance(refused, NotAllowed):
        return 403
    if isinstance(refused, NotFound):
        return 404
    if isinstance(refused, TooOften):
        return 429
    return 409 if isinstance(refused, Conflict) else 422


def refusal_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal that no view dressed itself, in its own words."""
    status = status_of(refused)
    what = {409: PAGES[409][1], 403: PAGES[403][1]}.get(status, Text("没有任何内容被更改。", "Nothing was changed."))
    fallback = {409: PAGES[409][2], 403: PAGES[403][2], 404: PAGES[404][2]}.get(status, BACK)
    many = refused.problems if len(refused.problems) > 1 else ()
    return respond(
        request,
        status,
        title=refused.text,
        what=what,
        advice=refused.advice or fallback,
        problems=many,
        code=refused.code,
    )


def signed_out(request: HttpRequest, sign_in: str = "") -> HttpResponse:
    """Something was sent after the session had ended: the words are kept on the screen. ``sign_in``: where one signs in, when it
    is not the staff's door."""
    return respond(
        request, 401, sign_in=sign_in or reverse("door:login"),
        title=Text("登录已超时,请重新登录", "Your session has ended, please sign in again"),
        what=Text("刚才的操作没有执行。", "What you just sent was not done."),
        advice=Text("请在新窗口登录,再回到这里重新提交", "Sign in in a new window, then come back and send again"),
    )  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400; a body over the limit is told as such."""
    from django.core.exceptions import RequestDataTooBig

    return respond(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return respond(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return respond(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """handler500: when even the page cannot be drawn, plain words in both languages."""
    try:
        return respond(request, 500)
    except Exception:
        log.exception("the error page itself failed")
        zh, en = PAGES[500][0].zh + ":" + PAGES[500][2].zh, PAGES[500][0].en + ". " + PAGES[500][2].en
        first, second = (en, zh) if asked(request) == "en" else (zh, en)
        return HttpResponse(f"{first}\n\n{second}\n", status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the page was open too long, in two windows, or came from elsewhere."""
    return respond(
        request, 403, code="csrf",
        title=Text("页面已过期,这次提交没有执行", "The page has expired; what you sent was not done"),
        what=Text("可能是页面打开太久、在别处重新登录过,或浏览器禁用了 Cookie。",
                  "It was open too long, you signed in elsewhere, or cookies are switched off."),
        advice=Text("请返回上一页,刷新后重新提交", "Go back, reload the page and send again"),
    )  # fmt: skip


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *_: Any, **__: Any) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: too many wrong passwords; says until when."""
    until = locked_until(request, credentials or {})
    said = f"{until.astimezone(clock.CITY_ZONE):%H:%M}" if until else ""
    minutes = round(float(settings.AXES_COOLOFF_TIME) * 60)
    return respond(
        request, 429, code="login.locked", give_back=False,
        title=Text("登录已暂时锁定", "Sign-in is locked for now"),
        what=Text(f"连续 {settings.AXES_FAILURE_LIMIT} 次密码错误,为保护您的账户,登录已锁定" + (f"至 {said}。" if said else f" {minutes} 分钟。"),
                  f"After {settings.AXES_FAILURE_LIMIT} wrong passwords your account is protected "
                  + (f"until {said}." if said else f"for {minutes} minutes.")),
        advice=Text("到时再试;忘记密码请联系本中心管理员重置", "Try again then; if you forgot it, ask your administrator for a reset"),
    )  # fmt: skip


def login_of(request: HttpRequest, credentials: Any = None) -> str:
    """AXES_USERNAME_CALLABLE: the login as the register keeps it, however it was typed."""
    given = (credentials or {}).get("login") or request.POST.get("login", "")
    return str(given).strip().lower()[:64].replace("\x00", "")


def locked_until(request: HttpRequest, credentials: Any) -> dt.datetime | None:
    """The end of the lock: the last wrong attempt plus the cool-off."""
    from axes.handlers.proxy import AxesProxyHandler
    from axes.helpers import get_cool_off

    rows = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)
    latest = [attempt.attempt_time for several in rows for attempt in several]
    cool = get_cool_off(request)
    return max(latest) + cool if latest and cool else None
