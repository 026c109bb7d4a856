"""What is uploaded for papers, at home or at a counter: judged by its bytes, kept sealed, and named in the page by a token that only
this visit can use, so that it need not be chosen again when something else on the page is mended."""

from collections.abc import Iterable

from django.core import signing
from django.http import HttpRequest

from tongban.domain.refusals import Problem, Refused
from tongban.plumbing import files

Kept = dict[str, dict[str, str]]
MOST = 40


def names(papers: Iterable[str]) -> set[str]:
    """The names of the page's own fields for these papers: a browser sends a file field without a file as an empty text."""
    return {"kept", *(f"file-{paper}" for paper in papers)}


def take(request: HttpRequest, known: Iterable[str], visit: str) -> tuple[Kept, list[Problem]]:
    """By paper: what was kept before (its token was made for this visit) and what comes now; problems name the paper."""
    kept, problems, wanted = Kept(), list[Problem](), set(known)
    for token in request.POST.getlist("kept")[:MOST]:
        try:
            paper, digest, name = signing.loads(token, salt=f"kept:{visit}")
        except (signing.BadSignature, ValueError):
            continue
        if paper in wanted and files.hold(digest):
            kept[paper] = {"digest": digest, "name": name, "token": token}
    for paper in sorted(wanted):
        given = request.FILES.get(f"file-{paper}")
        if given is None:
            continue
        try:
            one = files.put(given, given.name or "")
        except Refused as refused:
            problems += [Problem(p.code, p.text, f"/papers/{paper}", p.advice) for p in refused.problems]
            continue
        token = signing.dumps([paper, one.digest, one.name], salt=f"kept:{visit}")
        kept[paper] = {"digest": one.digest, "name": one.name, "token": token}
    return kept, problems
