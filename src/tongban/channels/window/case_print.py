"""The printed papers of a case: notices, decision, proof of delivery. Printing opens names, so each print is sent as a form and
written down as a look."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from tongban.channels.shared.actor import acting, needs
from tongban.channels.shared.printing import render
from tongban.channels.window.case_words import PRINTS
from tongban.domain.refusals import NotFound
from tongban.plumbing import clock
from tongban.reads import printout


@needs("case.read")
@require_POST
def print_paper(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """One paper as a PDF, opened beside the page."""
    wanted = next((k for k in PRINTS if k == kind), None)
    if wanted is None:
        raise NotFound("paper.unknown", "没有这种文书", "There is no such paper", pointer="/kind")
    now = clock.now()
    data = render.pdf(printout.of_case(acting(request), number, wanted, at=now), at=int(now.timestamp()))
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{number}-{wanted}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
