"""The form that asks for number and query code, with whatever is wrong: shown by the page that asks (progress.py) and by the one that
waits for the city (wait.py), so that both say no in the same words."""

from django.http import HttpRequest, HttpResponse

from tongban.channels.resident.look import page
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.plumbing import clock, limiter
from tongban.plumbing.limiter import Limit, TooOften

# Wrong tries: few from one address; more on one case, so that a stranger cannot shut its owner out, yet nobody guesses on.
BY_ADDRESS, BY_CASE = Limit("query.address", 10, 900), Limit("query.case", 60, 3600)
SILENT = Problem(
    "query.city_silent",
    Text("在本区没有查到,市级系统暂时没有回答,请稍后再查", "Not found in this district, and the city does not answer now; try again"),
    advice=Text("急需查询可拨打 962200 或到任一中心窗口", "If it is urgent call 962200 or ask at any counter"),
)  # fmt: skip


def form(request: HttpRequest, number: str, refused: Refused | None = None) -> HttpResponse:
    """The form with the number filled in, and why nothing was shown."""
    status = 200 if refused is None else 429 if isinstance(refused, TooOften) else 422
    context = {"number": number[:30], "problems": refused.problems if refused else ()}
    answer = private(page(request, "ask", context, status=status))
    if isinstance(refused, TooOften):
        answer.headers["Retry-After"] = str(max(1, int((refused.until - clock.now()).total_seconds())))
    return answer


def silent(request: HttpRequest, number: str) -> HttpResponse:
    """The city did not answer in time: nobody knows whether there is such a case, and the page says that and nothing else."""
    answer = private(page(request, "ask", {"number": number[:30], "problems": (SILENT,)}, status=503))
    answer.headers["Retry-After"] = "10"
    return answer


def private(answer: HttpResponse) -> HttpResponse:
    """An answer that no cache keeps."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def count_try(request: HttpRequest, number: str) -> None:
    """Count a try before it is made; TooOften when none is left."""
    now = clock.now()
    limiter.take(BY_ADDRESS, _who(request), at=now)
    limiter.take(BY_CASE, _whole(number), at=now)


def was_right(request: HttpRequest, number: str) -> None:
    """The try was a right one and does not count."""
    limiter.give_back(BY_ADDRESS, _who(request))
    limiter.give_back(BY_CASE, _whole(number))


def _whole(number: str) -> str:
    """A life event and its parts open by one code: who tries it on each part in turn tries it on one case."""
    return number.partition("-")[0]


def _who(request: HttpRequest) -> str:
    return limiter.address(request.META.get("REMOTE_ADDR", ""))
