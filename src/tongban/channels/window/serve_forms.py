"""From the posted form of an item to what was brought: answers, papers ticked and scanned, statements, promises. Only the
envelope is opened here; what it means is judged by domain/receiving.py."""

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from django.core import signing
from django.http import HttpRequest, QueryDict

from tongban.channels.shared import forms
from tongban.domain.element import Element
from tongban.domain.receiving import Intake, PaperIn
from tongban.domain.refusals import Problem, Refused
from tongban.plumbing import files

CONTROLS = {"key": 40, "draft": 40, "rev": 6, "version": 6, "insist": 2, "changed": 60, "what": 12}
MOST_SCANS = 40


class Scan(msgspec.Struct, frozen=True):
    """A scan kept in the cabinet: ``token`` proves that this visit put it there; ``address`` is the same without the name, to look
    at it by: what a file is called is often a person's name, and addresses are kept in logs and histories."""

    material: str
    digest: str
    grade: str
    name: str
    token: str
    address: str

    @property
    def paper(self) -> PaperIn:
        """As the rulebook takes it in."""
        return PaperIn(self.material, "original", "C" if self.grade == "C" else "B", self.digest)


class Brought(msgspec.Struct, frozen=True):
    """What came with the form: the intake, the raw answers, the scans, the page's own values, fields shown and kept aside."""

    intake: Intake
    scans: tuple[Scan, ...]
    controls: dict[str, str]
    shown: frozenset[str]
    kept: dict[str, Any]
    envelope: tuple[Problem, ...]


def make_scan(visit: uuid.UUID, material: str, digest: str, grade: str, name: str) -> Scan:
    """A token for a scan just put into the cabinet, good for this visit only."""
    return _scan(
        visit, material, digest, grade, name, signing.dumps([material, digest, grade, name], salt=f"scan:{visit}")
    )


def _scan(visit: uuid.UUID, material: str, digest: str, grade: str, name: str, token: str) -> Scan:
    return Scan(material, digest, grade, name, token, signing.dumps(digest, salt=f"seen:{visit}"))


def seen(visit: uuid.UUID, address: str) -> str:
    """The digest of the scan that an address means; empty when somebody made it up, for another visit, or it was removed since."""
    try:
        digest = signing.loads(address, salt=f"seen:{visit}")
    except (signing.BadSignature, ValueError):
        return ""
    return str(digest) if files.exists(str(digest)) else ""


def read_scan(visit: uuid.UUID, token: str) -> Scan | None:
    """The scan of a token; None when somebody made it up, when it belongs to another visit, or was removed since."""
    try:
        material, digest, grade, name = signing.loads(token, salt=f"scan:{visit}")
    except (signing.BadSignature, ValueError):
        return None
    if not files.hold(digest):
        return None
    return _scan(visit, material, digest, grade, name, token)


def read(request: HttpRequest, visit: uuid.UUID, elements: Iterable[Element], materials: Iterable[str]) -> Brought:
    """Open the form of an item. Refused only for the page's own values; everything typed comes back with its problems."""
    data, asked, known = request.POST, list(elements), list(materials)
    controls = forms.controls(data, **CONTROLS)
    own = {*CONTROLS, "scan", "shown", *(f"p-{m}" for m in known), *(f"kept.{e.code}" for e in asked)}
    raw, envelope = forms.raw_answers(data, asked, controls=own)
    scans = [s for t in data.getlist("scan")[:MOST_SCANS] if (s := read_scan(visit, t)) and s.material in known]
    kept, _ = forms.raw_answers(_aside(data), asked)
    intake = Intake(
        answers=dict(raw),
        papers=(*_ticked(data, known), *(s.paper for s in scans)),
        declarations=tuple(m for m in known if data.get(f"p-{m}") == "declared"),
        follow=tuple(m for m in known if data.get(f"p-{m}") == "follow"),
        insist=controls["insist"] == "1",
    )
    return Brought(intake, tuple(scans), controls, frozenset(data.getlist("shown")), dict(kept), envelope)


def _ticked(data: QueryDict, known: list[str]) -> tuple[PaperIn, ...]:
    forms_of = {"seen": "original", "copy": "copy"}
    return tuple(
        PaperIn(m, forms_of[data[f"p-{m}"]], "B")  # type: ignore[arg-type]
        for m in known
        if data.get(f"p-{m}") in forms_of
    )


def _aside(data: QueryDict) -> QueryDict:
    found = QueryDict(mutable=True)
    for name in data:
        if name.startswith("kept."):
            found.setlist(name.removeprefix("kept."), data.getlist(name))
    return found


def number(text: str) -> int:
    """A small number of the page itself; Refused when it is none."""
    if not (text.isascii() and text.isdigit()):
        raise Refused(
            "form.control", "页面内容不完整,请刷新后重试", "Reload the page and try again", pointer="/version"
        )
    return int(text)


def draft_id(text: str) -> str:
    """The id of a draft as the page carries it, or Refused; empty stays empty."""
    if not text:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Refused(
            "form.control", "页面内容不完整,请刷新后重试", "Reload the page and try again", pointer="/draft"
        ) from None
