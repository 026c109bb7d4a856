"""The check of one life event before publishing: what it refers to exists, nobody is asked for another person's data, nothing
waits in a circle, and every condition is one that an answer can decide."""

import datetime as dt
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

from tongban.domain import event_check
from tongban.domain.element import Element
from tongban.domain.item import ItemVersion
from tongban.domain.life_event import SELF, EventItem, LifeEvent
from tongban.domain.prepared import Prepared, Registry, prepare
from tongban.registers.catalog.city import City
from tongban.registers.catalog.files import Document
from tongban.registers.catalog.lint_items import Say
from tongban.registers.catalog.nearest import nearest
from tongban.registers.catalog.said import unreadable


def registry(city: City) -> Registry:
    """The registries of a city as composing reads them."""
    return Registry(
        {one.code: one for one in city.elements},
        {one.code: one for one in city.materials},
        {one.code: one for one in city.credentials},
        {one.code: one for one in city.checks},
    )


def versions_on(city: City, day: dt.date) -> dict[str, ItemVersion]:
    """The version of each item that is valid on a day."""
    found: dict[str, ItemVersion] = {}
    for version in city.versions:
        if version.valid_from <= day and version.version > (
            found[version.code].version if version.code in found else 0
        ):
            found[version.code] = version
    return found


def check_events(city: City, say: Say, whence: dict[str, tuple[Document, str]]) -> None:
    """Say everything that is wrong with the life events of a city."""
    names: dict[str, str] = {}
    newest = versions_on(city, dt.date.max)
    for event in city.events:
        thing = f"events/{event.code}"
        if (other := names.setdefault(event.name.zh, event.code)) != event.code:
            say(thing, "/name", f"与一件事“{other}”同名,居民分不清", "在名称里写出区别")
        if (place := whence.get(thing)) and PurePosixPath(place[0].file).stem != event.code:
            say(thing, "/code", "文件名与代码不一致", f"文件放在 life_events/{event.code}.yaml")
        _Event(event, city, newest, say).run()


def _of_one_alone(element: Element) -> bool:
    """Whether two persons hardly ever share it: a day of birth. Name and number of the declarer are asked in items of others too."""
    return element.group == "applicant" and element.reuse == "always" and element.type == "date"


class _Event:
    def __init__(self, event: LifeEvent, city: City, versions: dict[str, ItemVersion], say: Say) -> None:
        self.event, self.city, self.versions, self.tell = event, city, versions, say
        self.registry = registry(city)
        self.elements = dict(self.registry.elements)
        self.departments = {one.code for one in city.departments}
        self.people = {SELF, *(person.code for person in event.people)}
        self.codes = {entry.item for entry in event.items}

    def say(self, sub: str, what: str, mend: str, severity: str = "error") -> None:
        self.tell(f"events/{self.event.code}", sub, what, mend, severity)

    def run(self) -> None:
        self.head()
        self.texts()
        self.twice("/items", "事项", [entry.item for entry in self.event.items])
        for i, entry in enumerate(self.event.items):
            self.item(f"/items/{i}", entry)
        self.questions()
        self.theme()
        self.circles()

    def twice(self, sub: str, what: str, codes: list[str]) -> None:
        for code, times in Counter(codes).items():
            if times > 1:
                self.say(sub, f"{what}“{code}”写了两次", "只留一个")

    def head(self) -> None:
        event = self.event
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", event.code):
            self.say("/code", "一件事代码只用小写字母、数字和下划线", "例如 birth")
        if not event.items:
            self.say("/items", "没有事项", "至少写一个事项")
        if event.lead not in self.departments:
            mend = nearest(event.lead, self.departments, "先在 departments.yaml 登记")
            self.say("/lead", f"没有代码为“{event.lead}”的部门", mend)
        if not event.aliases:
            self.say("", "没有俗称,居民搜不到", "在 aliases 里写居民会说的话")
        if not event.channels:
            self.say("", "没写从哪里办", "写 channels: [resident, window]")
        if event.fully_online and "resident" not in event.channels:
            self.say("/fully_online", "写了全程网办,却不能网上办", "channels 里加 resident,或 fully_online 写 false")
        phones = event.phones
        if not phones.enquiry or not phones.complaint or phones.enquiry == phones.complaint:
            self.say("/phones", "咨询电话和投诉电话要都写,且不能相同", '例如 enquiry: "962200", complaint: "12345"')
        self.twice("/people", "人", [SELF, *(person.code for person in event.people)])

    def texts(self) -> None:
        """Every reason is said, and everything that is shown is said in two languages."""
        event = self.event
        whys = {f"/questions/{i}/why": one.why for i, one in enumerate(event.questions)}
        for i, entry in enumerate(event.items):
            whys[f"/items/{i}/why"] = entry.why
            whys |= {f"/items/{i}/after/{j}/why": after.why for j, after in enumerate(entry.after)}
        for sub, why in whys.items():
            if not why.zh.strip():
                self.say(
                    sub, "没写为什么,居民看不到理由", "写一句话,例如 why: {zh: 凭执照刻章, en: It follows the licence}"
                )
        shown = {"name": event.name, "summary": event.summary, "before": event.before}
        shown |= {f"people/{i}/name": person.name for i, person in enumerate(event.people)}
        shown |= {sub[1:]: why for sub, why in whys.items()}
        alone = [sub for sub, text in shown.items() if text and text.zh and not text.en]
        # A city may speak Chinese only; half of an event in English is a slip.
        if alone and any(text.en for text in shown.values() if text):
            self.say("", f"没有英文:{'、'.join(alone)}", "写成 {zh: 中文, en: English}", "warning")

    def item(self, sub: str, entry: EventItem) -> None:
        if entry.of not in self.people:
            self.say(
                f"{sub}/of", f"people 里没有“{entry.of}”", nearest(entry.of, self.people, "在 people 里写出这个人")
            )
        self.order(sub, entry)
        version = self.versions.get(entry.item)
        if version is None:
            self.no_version(f"{sub}/item", entry.item)
            return
        if not any(v.code == entry.item and v.valid_from <= self.event.valid_from for v in self.city.versions):
            self.say(f"{sub}/item", f"“{version.name.zh}”在一件事开始时还没有生效的版本", "推迟 valid_from")
        if not version.receivable:
            self.say(f"{sub}/item", f"“{version.name.zh}”只有指南,不能收件", "补全事项并写 receivable: true")
        self.fills(sub, entry, version)
        self.papers(sub, entry, version)
        self.promises(sub, entry, version)
        if entry.when is not None:
            if event_check.never(entry.when, self.elements, dt.date(2026, 1, 1)):
                self.say(f"{sub}/when", "这个条件前后矛盾,怎么回答都不成立", "检查 all 里互相排斥的选项")
            self.decidable(f"{sub}/when", entry.when.elements())

    def no_version(self, sub: str, code: str) -> None:
        items = {item.code for item in self.city.items}
        if code in items:
            self.say(sub, f"事项“{code}”的文件有错,还读不出来", "先改正那个事项自己的错")
        else:
            self.say(sub, f"没有代码为“{code}”的事项", nearest(code, items, "先写这个事项,或改正代码"))

    def order(self, sub: str, entry: EventItem) -> None:
        self.twice(f"{sub}/after", "先办的事项", [after.item for after in entry.after])
        for j, after in enumerate(entry.after):
            if after.item == entry.item:
                self.say(f"{sub}/after/{j}", "事项排在自己之后", "去掉这一条")
            elif after.item not in self.codes:
                mend = nearest(after.item, self.codes, "先把它写进 items,或去掉这一条")
                self.say(f"{sub}/after/{j}/item", f"这件事里没有事项“{after.item}”", mend)
            if not 0 <= after.wait_days <= 3660:
                self.say(f"{sub}/after/{j}/wait_days", "等待天数不合理", "写 0 到 3660 之间的天数")

    def fills(self, sub: str, entry: EventItem, version: ItemVersion) -> None:
        asked = {field.element: self.elements.get(field.element) for field in version.fields}
        for code, meant in entry.fills.items():
            at = f"{sub}/fills/{code}"
            element = asked.get(code)
            if element is None:
                mend = nearest(code, asked, "去掉,或改成事项表单里的数据元")
                self.say(at, f"“{version.name.zh}”的表单里没有“{code}”", mend)
            elif isinstance(meant, str) and meant.startswith("$"):
                self.meant(at, element, meant[1:])
            else:
                self.constant(at, element, meant)
        for code, element in asked.items():
            if entry.of != SELF and element and entry.fills.get(code) == f"${code}" and _of_one_alone(element):
                what = f"办的是别人的事,“{element.name.zh}”填的却是申请人自己的"
                mend = "换成说这个人的数据元(例如 $child_name),没有就先在 elements.yaml 登记"
                self.say(f"{sub}/fills/{code}", what, mend, "warning")
            if entry.of != SELF and code not in entry.fills and element and element.group == "applicant":
                what = f"“{version.name.zh}”办的是别人的事,“{element.name.zh}”是谁的没写明"
                self.say(f"{sub}/fills", what, f"在 fills 里写 {code}: $数据元,或一个固定值")

    def meant(self, at: str, element: Element, target: str) -> None:
        other = self.elements.get(target)
        if other is None:
            self.say(at, f"没有数据元“{target}”", nearest(target, self.elements, "先在 elements.yaml 登记"))
            return
        if other.type != element.type or (element.unit and other.unit != element.unit):
            self.say(at, f"“{other.name.zh}”和“{element.name.zh}”的类型不同", "换成同一类型的数据元")
        if missing := {c.code for c in other.choices} - {c.code for c in element.choices}:
            self.say(at, f"“{element.name.zh}”没有选项 {'、'.join(sorted(missing))}", "让两个数据元的选项一致")

    def constant(self, at: str, element: Element, value: Any) -> None:
        if (wrong := unreadable(element, value)) is not None:
            self.say(at, wrong.what, f"{wrong.mend},或写 $数据元")

    def papers(self, sub: str, entry: EventItem, version: ItemVersion) -> None:
        needed = {need.material for need in version.papers}
        for code, meant in entry.papers.items():
            at = f"{sub}/papers/{code}"
            person, _, material = meant.rpartition(".")
            if code not in needed:
                mend = nearest(code, needed, "去掉,或改正材料代码")
                self.say(at, f"“{version.name.zh}”不要材料“{code}”", mend)
            if person and person not in self.people:
                self.say(at, f"people 里没有“{person}”", "写成 人.材料,例如 self.id_card")
            if material not in self.registry.materials:
                mend = nearest(material, self.registry.materials, "先在 materials.yaml 登记")
                self.say(at, f"没有材料“{material}”", mend)

    def promises(self, sub: str, entry: EventItem, version: ItemVersion) -> None:
        if entry.come is not None and len(entry.come) != version.visits.count:
            what = f"come 写了 {len(entry.come)} 次,事项的 visits.count 是 {version.visits.count}"
            self.say(f"{sub}/come", what, "每次到场写一个原因,次数与事项一致")
        promised = version.limits.promised_days
        if entry.promised_days is not None and not 0 <= entry.promised_days <= promised:
            self.say(f"{sub}/promised_days", f"一件事里的承诺比事项自己的({promised}天)还长", "写更短的天数,或去掉")
        if entry.deferrable is not None:
            if not 1 <= entry.deferrable.until_days <= 365:
                self.say(f"{sub}/deferrable/until_days", "后置期限不合理", "写 1 到 365 之间的天数")
            if not entry.deferrable.consequence.zh.strip():
                self.say(f"{sub}/deferrable/consequence", "没写逾期的后果", "写明逾期未办会怎样")

    def decidable(self, sub: str, codes: tuple[str, ...]) -> None:
        asked = {question.element for question in self.event.questions}
        for entry in self.event.items:
            version = self.versions.get(entry.item)
            for field in version.fields if version else ():
                meant = entry.fills.get(field.element, f"${field.element}")
                asked.add(meant[1:] if isinstance(meant, str) else "")
        for code in codes:
            if code not in asked:
                self.say(sub, f"条件用到“{code}”,没有问题也没有表单问它", f"在 questions 里加上 {code}")

    def questions(self) -> None:
        self.twice("/questions", "问题", [question.element for question in self.event.questions])
        for i, question in enumerate(self.event.questions):
            if question.element not in self.elements:
                mend = nearest(question.element, self.elements, "先在 elements.yaml 登记")
                self.say(f"/questions/{i}/element", f"没有数据元“{question.element}”", mend)
            if question.when is not None:
                self.decidable(f"/questions/{i}/when", question.when.elements())

    def theme(self) -> None:
        for i, reaction in enumerate(self.event.theme):
            sub = f"/theme/{i}"
            if reaction.on not in self.codes:
                self.say(f"{sub}/on", f"这件事里没有事项“{reaction.on}”", "写 items 里的事项代码")
            if reaction.of not in self.people:
                self.say(f"{sub}/of", f"people 里没有“{reaction.of}”", "在 people 里写出这个人")
            if reaction.department not in self.departments:
                self.say(f"{sub}/department", f"没有代码为“{reaction.department}”的部门", "先在 departments.yaml 登记")
            if bool(reaction.credential) == (reaction.account is not None):
                self.say(sub, "credential 和 account 只写一样", "写停用哪种证照,或哪个账户")
            if reaction.credential and reaction.credential not in self.registry.credentials:
                self.say(f"{sub}/credential", f"没有证照种类“{reaction.credential}”", "先在 credentials.yaml 登记")

    def circles(self) -> None:
        if self.codes <= set(self.versions):
            prepared = prepare(self.event, self.versions, self.registry)
            if found := event_check.circle(prepared):
                mend = "去掉其中一个 after,或让其中一份材料可以核验、声明或容缺"
                self.say("/items", f"事项互相等待,成了一圈:{event_check.told(found, prepared)}", mend)
            self.idle(prepared)

    def idle(self, prepared: Prepared) -> None:
        used = {code for asked in prepared.asked for code in asked}
        used |= {field.key for term in prepared.items for field in term.fields}
        for i, question in enumerate(self.event.questions):
            if question.element not in used and question.element in self.elements:
                what = f"“{self.elements[question.element].name.zh}”问了也不影响任何事项、材料和表单"
                self.say(f"/questions/{i}", what, "去掉这个问题,或在条件里用到它", "warning")
