"""Says why each thing of a plan is as it is, in everyday words: a saving that nobody can follow is only a claim."""

from collections.abc import Mapping

from tongban.domain.element import Element
from tongban.domain.item import ItemVersion
from tongban.domain.material import CheckKind, CredentialKind, MaterialKind
from tongban.domain.plan import Saving
from tongban.domain.prepared import Prepared
from tongban.domain.text import Text

UNITS: dict[str, Text] = {
    "link": Text("环节", "link"),
    "form": Text("表单", "form"),
    "field": Text("填写项", "field"),
    "paper": Text("材料", "paper"),
    "visit": Text("跑动", "visit"),
    "day": Text("天数", "day"),
}
# unit and reason -> why; {what} is the thing, {by} what saves it.
WHY: dict[tuple[str, str], Text] = {
    ("link", "one_application"): Text("一次申请，不再单独申请", "one application for all"),
    ("link", "without_you"): Text("由窗口后台办理，不用您在场", "done without you"),
    ("link", "sent"): Text("结果寄送或发电子件，不用来取", "the result is sent"),
    ("link", "at_once"): Text("当场拿到，不用再来", "handed over at once"),
    ("link", "together"): Text("和“{by}”的结果一起领取", "collected together with {by}"),
    ("link", "later"): Text("多一个环节：后补材料", "one more: a paper that follows"),
    ("form", "one_form"): Text("并入一张表", "part of the one form"),
    ("field", "twice"): Text("“{by}”里已经填过", "already given for {by}"),
    ("field", "fixed"): Text("这件事里都一样，不用填", "the same for everybody in this event"),
    ("field", "register"): Text("人口登记里有", "the register knows it"),
    ("field", "credential"): Text("从电子证照“{by}”读取", "read from the e-licence {by}"),
    ("field", "check"): Text("向部门核对“{by}”得到", "told by the department: {by}"),
    ("field", "result"): Text("“{by}”办好后自动带出", "comes with the result of {by}"),
    ("field", "declaration"): Text("多一项：用承诺“{what}”代替材料", "one more: a declaration in place of a paper"),
    ("paper", "twice"): Text("“{by}”已经交过", "already handed in for {by}"),
    ("paper", "credential"): Text("调用电子证照“{by}”", "the e-licence {by} is fetched"),
    ("paper", "check"): Text("向部门核对“{by}”", "checked with the department: {by}"),
    ("paper", "result"): Text("就是“{by}”办出来的，不用交", "it is what {by} issues"),
    ("paper", "declaration"): Text("承诺“{by}”代替", "a declaration takes its place: {by}"),
    ("paper", "follow"): Text("可以容后补交", "it may follow"),
    ("paper", "by_itself"): Text("“{by}”办出后自动补上", "it follows by itself from {by}"),
    ("paper", "later"): Text("随后置的事项再交", "it comes with what is put off"),
    ("visit", "online"): Text("可以网上申请", "applied for online"),
    ("visit", "nothing_to_show"): Text("没有原件要看", "no original has to be seen"),
    ("visit", "sent"): Text("结果寄送或发电子件", "the result is sent"),
    ("visit", "shared"): Text("和“{by}”同一次办", "in the same visit as {by}"),
    ("visit", "papers"): Text("多跑一次：要看原件", "one more: an original has to be seen"),
    ("visit", "follow"): Text("多跑一次：补交材料", "one more: to bring what follows"),
    ("visit", "window"): Text("多跑一次：您选了到窗口办", "one more: you chose the counter"),
    ("day", "shorter"): Text("一件事里承诺更快", "a shorter promise inside the event"),
    ("day", "meanwhile"): Text("和别的事项同时办", "runs while others run"),
    ("day", "put_off"): Text("后置，不占总时间", "put off, so nobody waits for it"),
    ("day", "transfer"): Text("多几天：移交归属地中心", "some more: handed over to the home center"),
    ("day", "wait"): Text("多几天：前后事项之间必须间隔", "some more: time that must pass in between"),
}  # fmt: skip


class Words:
    """Says the savings of plans of one event."""

    def __init__(self, prepared: Prepared) -> None:
        registry = prepared.registry
        self.elements: Mapping[str, Element] = registry.elements
        self.materials: Mapping[str, MaterialKind] = registry.materials
        self.credentials: Mapping[str, CredentialKind] = registry.credentials
        self.checks: Mapping[str, CheckKind] = registry.checks
        self.versions: dict[str, ItemVersion] = {term.entry.item: term.version for term in prepared.items}

    def item(self, code: str) -> Text:
        """The name of an item of the event."""
        return self.versions[code].name if code in self.versions else Text(code)

    def why(self, saving: Saving) -> Text:
        """Why a thing is saved (or, with a negative count, why the plan has one more)."""
        text = WHY[saving.unit, saving.because]
        what, by = self.thing(saving), self.by(saving.by)
        return Text(text.zh.format(what=what.zh, by=by.zh), text.en.format(what=what.en or what.zh, by=by.en or by.zh))

    def thing(self, saving: Saving) -> Text:
        """What is saved: a field, a paper, a step, a visit; the item itself for days and forms."""
        if saving.unit == "field":
            return self.elements[saving.what].name if saving.what in self.elements else Text(saving.what)
        if saving.unit == "paper":
            return self.materials[saving.what].name if saving.what in self.materials else Text(saving.what)
        if saving.unit == "link" and saving.what and saving.item in self.versions:
            step = self.versions[saving.item].process[int(saving.what)]
            return step.text if step.text.zh else Text(step.step)
        return self.item(saving.item)

    def by(self, code: str) -> Text:
        """What saves it, by its name."""
        if code in self.versions:
            return self.versions[code].name
        if code in self.credentials:
            return self.credentials[code].name
        if code in self.checks:
            return self.checks[code].name
        return self.elements[code].name if code in self.elements else Text(code)
