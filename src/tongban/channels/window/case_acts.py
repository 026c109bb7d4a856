"""From the bytes of an act's form to one flow. What an act demands is judged by the rulebook; here each field is only
bounded and given its place, so that a refusal can point to it."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.channels.shared import forms
from tongban.domain.actor import Actor
from tongban.domain.facts import PROBLEMS, Point
from tongban.domain.receiving import PaperIn
from tongban.domain.refusals import Problem, Refused
from tongban.domain.text import Text
from tongban.flows import deliver, handle
from tongban.plumbing import files
from tongban.reads import correction_form

# How a paper came: as what, and its trust grade (国办函〔2016〕108号): B seen at the counter, C a scan, original to be seen.
CAME: dict[str, tuple[Text, str, str]] = {
    "original": (Text("收到原件,已核对", "Original seen"), "original", "B"),
    "copy": (Text("收到复印件,已与原件核对", "Copy, checked against the original"), "copy", "B"),
    "scan": (Text("只收到扫描件,原件待核", "Scan only; original to be seen"), "copy", "C"),
}


ANSWER = "answer:"


class Given(msgspec.Struct, frozen=True):
    """One send: who acts, on which case, what came, and what every flow takes (expect, at, key)."""

    actor: Actor
    number: str
    data: QueryDict
    files: MultiValueDict[str, UploadedFile]
    visit: str
    frame: dict[str, Any]

    def word(self, name: str, most: int = 40) -> str:
        """A code or a short line."""
        return forms.controls(self.data, **{name: most})[name].strip()

    def text(self, name: str) -> str:
        """A note of several lines; the rulebook bounds it."""
        return self.data.get(name, "")

    def points(self) -> list[Point]:
        """What is ticked on the correction form: ``point:<what>:<code>`` = kind of problem."""
        found = []
        for name in self.data:
            what, _, code = name.removeprefix("point:").partition(":")
            if name.startswith("point:") and self.data[name]:
                problem = self.data[name] if self.data[name] in PROBLEMS else "?"
                found.append(Point("field" if what == "field" else "paper", code[:60], problem))
        return found

    def papers(self) -> list[PaperIn]:
        """The papers that came: ``paper:<material>`` = how, ``file:<material>`` = its scan. Scans are kept before the
        transaction; a file that no case comes to name is swept later."""
        found, problems = [], []
        for name in self.data:
            material = name.removeprefix("paper:")[:60]
            if not name.startswith("paper:") or self.data[name] not in CAME:
                continue
            _, form, grade = CAME[self.data[name]]
            scan, digest = self.files.get(f"file:{material}"), ""
            if scan is None and self.data[name] == "scan":
                problems.append(Problem("paper.no_scan", Text("请选择扫描件文件", "Choose the file of the scan"), f"/papers/{material}"))  # fmt: skip
            if scan is not None:
                try:
                    digest = files.put(scan, scan.name or "").digest
                except Refused as refused:
                    problems += [msgspec.structs.replace(p, pointer=f"/papers/{material}") for p in refused.problems]
            found.append(PaperIn(material, form, grade, digest))  # type: ignore[arg-type]
        if problems:
            raise Refused(problems[0].code, problems[0].text.zh, problems[0].text.en, problems=tuple(problems))
        return found

    def answers(self) -> dict[str, Any]:
        """The corrected answers: ``answer:<element>``, read as on every other form."""
        own = QueryDict(mutable=True)
        for name, values in self.data.lists():
            if name.startswith(ANSWER):
                own.setlist(name, values)
        read, problems = forms.raw_answers(own, correction_form.elements(), prefix=ANSWER)
        if problems:
            raise Refused(problems[0].code, problems[0].text.zh, problems[0].text.en, problems=problems)
        return dict(read)


def given(request: HttpRequest, actor: Actor, number: str, frame: Mapping[str, Any], visit: str) -> Given:
    """What came with this request."""
    return Given(actor, number, request.POST, request.FILES, visit, dict(frame))


def _days(g: Given) -> int:
    word = g.word("planned_days")
    if not (word.isascii() and word.isdigit()) or len(word) > 4:
        raise Refused("special.length", "计划时长请填1至365的整数(工作日)", "Planned length: a whole number from 1 to 365", pointer="/planned_days")  # fmt: skip
    return int(word)


def _granted(g: Given) -> bool:
    word = g.word("granted")
    if word not in ("yes", "no"):
        raise Refused("decide.choose", "请选择通过或不予通过", "Choose granted or refused", pointer="/granted")
    return word == "yes"


DO: dict[str, Callable[[Given], Any]] = {
    "take_over": lambda g: handle.take_over(g.actor, g.number, **g.frame),
    "accept": lambda g: handle.accept(g.actor, g.number, **g.frame),
    "finish": lambda g: handle.finish(g.actor, g.number, **g.frame),
    "not_accept": lambda g: handle.not_accept(g.actor, g.number, g.word("reason"), g.text("note"), **g.frame),
    "ask_correction": lambda g: handle.ask_correction(
        g.actor, g.number, g.points(), g.text("note"), second=g.word("second", 200), **g.frame
    ),
    "receive_correction": lambda g: handle.receive_correction(
        g.actor, g.number, g.answers(), g.papers(), visit=g.visit, **g.frame
    ),
    "add_papers": lambda g: handle.add_papers(g.actor, g.number, g.papers(), visit=g.visit, **g.frame),
    "start_special": lambda g: handle.start_special(
        g.actor, g.number, g.word("procedure"), g.word("basis", 200), _days(g), **g.frame
    ),
    "end_special": lambda g: handle.end_special(g.actor, g.number, g.word("outcome"), **g.frame),
    "review": lambda g: handle.review(g.actor, g.number, g.word("outcome"), g.text("note"), **g.frame),
    "decide": lambda g: handle.decide(g.actor, g.number, _granted(g), g.text("note"), **g.frame),
    "issue": lambda g: deliver.issue(g.actor, g.number, g.word("result", 200), **g.frame),
    "deliver": lambda g: deliver.deliver(g.actor, g.number, g.word("way"), g.word("to"), **g.frame),
    "hand_over": lambda g: handle.hand_over(g.actor, g.number, g.word("to"), g.word("reason"), **g.frame),
    "hand_back": lambda g: handle.hand_back(g.actor, g.number, g.word("reason"), **g.frame),
    "withdraw": lambda g: handle.withdraw(g.actor, g.number, g.word("reason"), visit=g.visit, **g.frame),
    "revoke": lambda g: handle.revoke(g.actor, g.number, g.word("law", 200), g.text("note"), **g.frame),
}
"""Every act of domain/options.py and the flow that does it (a test holds the two together)."""
