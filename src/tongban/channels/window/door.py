"""The staff's door: signing in and out, the own password, and staying in while one works."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.channels.shared.actor import SEEN, SINCE, acting, any_staff, public
from tongban.channels.shared.language import say
from tongban.channels.shared.views import safe_next
from tongban.domain.actor import POWERS, Actor
from tongban.domain.refusals import Problem, Refused
from tongban.domain.staffing import POWERS_IN_ENGLISH
from tongban.domain.text import Text
from tongban.flows import staffing
from tongban.plumbing import clock
from tongban.reads import who

WRONG = Problem(
    "login.wrong",
    Text("登录名或密码不正确", "The login or the password is not right"),
    "/login",
    Text(
        "请检查大小写和输入法;连续 5 次错误将锁定 15 分钟",
        "Check capitals and keyboard; five mistakes lock the door for 15 minutes",
    ),
)
EMPTY = Problem("login.empty", Text("请填写登录名和密码", "Enter your login and your password"), "/login")


def landing(actor: Actor) -> str:
    """Where a member works first, by their powers; their own page when no channel has a place for them."""
    held = {g.power.partition("/")[0] for g in actor.grants}
    for power, name in settings.LANDINGS:
        if power in held:
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return reverse("door:account")


@public
@ensure_csrf_cookie
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Check login and password (django-axes counts mistakes), then go where the member was going."""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), "")
    if request.method != "POST":
        if request.actor is not None:
            return redirect(target or landing(request.actor))
        return _door(request, "", target)
    name, password = request.POST.get("login", "").strip().lower()[:64], request.POST.get("password", "")
    if not name or not password or len(password) > 128 or "\x00" in name + password:
        return _door(request, name.replace("\x00", ""), target, EMPTY if not (name and password) else WRONG)
    user = authenticate(request, login=name, password=password)
    if user is None:
        # django-axes answers with the lock-out page itself once the limit is reached.
        return _door(request, name, target, WRONG)
    now = clock.now()
    actor = who.signed_in(user, now)
    staffing.sign_in(actor, at=now)
    login(request, user)
    request.session[SEEN] = request.session[SINCE] = now.timestamp()
    if user.must_change_password:
        return redirect("door:password")
    return redirect(target or landing(actor))


def _door(request: HttpRequest, name: str, target: str, problem: Problem | None = None) -> HttpResponse:
    context = {"login": name, "next": target, "problems": [problem] if problem else []}
    return render(request, "window/login.html", context, status=401 if problem else 200)


@any_staff
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and say so."""
    staffing.sign_out(acting(request), at=clock.now())
    logout(request)
    messages.success(request, say("您已退出登录。", "You have signed out."))
    return redirect("door:login")


@any_staff
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """The page says that somebody is working."""
    request.session[SEEN] = clock.now().timestamp()
    return HttpResponse(status=204)


@any_staff
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """My powers, where and until when."""
    actor = acting(request)
    own = who.member(actor, request.user.pk, clock.now())
    powers = [(say(POWERS[h.power], POWERS_IN_ENGLISH[h.power]), h) for h in own.powers]
    return render(request, "window/account.html", {"own": own, "powers": powers, "landing": landing(actor)})


@any_staff
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; other sessions end, this one goes on."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        new = request.POST.get("new", "")
        try:
            if new != request.POST.get("again", ""):
                raise Refused(
                    "password.differ", "两次输入的新密码不一致", "The two new passwords differ", pointer="/again"
                )
            staffing.change_password(acting(request), request.POST.get("old", ""), new, at=clock.now())
        except Refused as refused:
            problems = refused.problems
        else:
            request.user.refresh_from_db()
            update_session_auth_hash(request, request.user)
            messages.success(request, say("密码已修改。", "Your password was changed."))
            return redirect(landing(acting(request)))
    context = {"problems": problems, "must": request.must_change}
    return render(request, "window/password.html", context, status=422 if problems else 200)


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The bare address: staff go to their work, everybody else to the door."""
    actor = request.actor
    return redirect(landing(actor) if actor else "door:login")
