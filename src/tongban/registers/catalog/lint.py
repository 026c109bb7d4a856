"""The check before publishing: references that lead nowhere, promises that cannot be kept,
papers nobody can bring. Every message says where, what and how to mend it, in words of a civil servant."""

import re
from collections import Counter
from pathlib import PurePosixPath

from tongban.domain.element import UNITS, Element
from tongban.domain.material import Alternative, MaterialKind
from tongban.domain.refusals import Refused
from tongban.registers.catalog.city import City, Source
from tongban.registers.catalog.files import Note
from tongban.registers.catalog.lint_events import check_events
from tongban.registers.catalog.lint_items import check_version
from tongban.registers.catalog.nearest import nearest

_CATCH_ALL = re.compile(r"(其他|其它|相关|有关|所需).{0,8}(材料|资料|文件|证件)|等材料$")
_CONNECTORS = {"gongan", "minzheng", "renshe", "yibao", "weijian", "paper"}


class Notes:
    """Collects notes and knows where each thing stands in the files."""

    def __init__(self, source: Source) -> None:
        self.whence = source.whence
        self.found: list[Note] = []

    def say(self, thing: str, sub: str, what: str, mend: str, severity: str = "error") -> None:
        """A note about ``thing`` ("elements/phone", "versions/jinglaoka/1") at the place ``sub`` inside it."""
        where = self.whence.get(thing)
        if where is None:
            self.found.append(Note(thing, 0, sub, what, mend, severity))
        else:
            document, path = where
            self.found.append(document.note(path + sub, what, mend, severity))


def check(source: Source) -> list[Note]:
    """Everything wrong with a city, read errors first; warnings (severity "warning") do not hinder publishing."""
    if source.city is None:
        return list(source.notes)
    notes = Notes(source)
    city = source.city
    _places(city, notes)
    _calendar(city, notes)
    for department in city.departments:
        if department.connector not in _CONNECTORS:
            say = f"没有“{department.connector}”这个对接程序"
            notes.say(f"departments/{department.code}", "/connector", say, f"可选:{'、'.join(sorted(_CONNECTORS))}")
    for element in city.elements:
        _element(element, notes)
    _credentials(city, notes)
    items = {item.code for item in city.items}
    for kind in city.materials:
        _material(kind, city, items, notes)
    _checks(city, notes)
    _items(city, notes)
    _versions(city, notes)
    check_events(city, notes.say, source.whence)
    return [*source.notes, *sorted(notes.found)]


def _places(city: City, notes: Notes) -> None:
    try:
        city.places.places()
    except Refused as refused:
        notes.say("places.yaml", "", refused.text.zh, "在 places.yaml 里改正这个代码")


def _calendar(city: City, notes: Notes) -> None:
    for number, times in Counter(year.year for year in city.calendar).items():
        if times > 1:
            notes.say(f"calendar/{number}.yaml", "", f"{number} 年有两份日历", "只留一份")
    for year in city.calendar:
        name = f"calendar/{year.year}.yaml"
        if year.provisional != (year.notice is None):
            notes.say(name, "/provisional", "有通知就不是暂定,没有通知就是暂定", "把 provisional 和 notice 写一致")
        if both := set(year.off) & set(year.work):
            notes.say(name, "/off", f"{min(both)} 既放假又上班", "从 off 或 work 里去掉一处")


def _element(element: Element, notes: Notes) -> None:
    thing = f"elements/{element.code}"
    choosing = element.type in ("choice", "multichoice")
    if choosing and len(element.choices) < 2:
        notes.say(thing, "", "选择题至少要两个选项", "在 choices 里写出选项")
    if element.choices and not choosing:
        notes.say(thing, "/choices", f"类型是 {element.type},不该有选项", "改成 choice,或去掉 choices")
    for code, times in Counter(choice.code for choice in element.choices).items():
        if times > 1:
            notes.say(thing, "/choices", f"选项“{code}”写了两次", "只留一个")
    if element.type == "quantity" and element.unit not in UNITS:
        notes.say(thing, "/unit", f"单位“{element.unit}”不认识", f"可用:{'、'.join(UNITS)}")
    if element.min is not None and element.max is not None and element.min > element.max:
        notes.say(thing, "/min", "最小值比最大值还大", "对调或改正")
    if element.max_length < 0 or (element.type == "name" and 0 < element.max_length < 100):
        notes.say(thing, "/max_length", "姓名最长可达 100 字,长度不能为负", "姓名写 100")


def _credentials(city: City, notes: Notes) -> None:
    elements = {element.code for element in city.elements}
    departments = {department.code for department in city.departments}
    for kind in city.credentials:
        thing = f"credentials/{kind.code}"
        if kind.issuer not in departments:
            notes.say(thing, "/issuer", f"没有代码为“{kind.issuer}”的部门", "先在 departments.yaml 登记")
        for i, code in enumerate(kind.fields):
            if code not in elements:
                notes.say(thing, f"/fields/{i}", f"没有数据元“{code}”", "先在 elements.yaml 登记")
        if kind.valid_days is not None and kind.valid_days < 1:
            notes.say(thing, "/valid_days", "有效天数至少是 1", "长期有效就不写 valid_days")


def _material(kind: MaterialKind, city: City, items: set[str], notes: Notes) -> None:
    thing = f"materials/{kind.code}"
    if _CATCH_ALL.search(kind.name.zh):
        notes.say(thing, "/name", f"“{kind.name.zh}”是兜底材料,居民不知道要带什么", "逐件写明材料名称")
    if not kind.source.zh.strip():
        notes.say(thing, "/source", "没写材料由谁出具", "写明出具单位")
    if not kind.satisfied_by:
        notes.say(thing, "", "没写用什么可以满足这份材料", "在 satisfied_by 里写电子证照、核验、声明或纸质")
    credentials = {one.code for one in city.credentials}
    departments = {one.code for one in city.departments}
    for i, way in enumerate(kind.satisfied_by):
        _alternative(way, f"/satisfied_by/{i}", thing, (credentials, departments, items), notes)
    if kind.satisfied_by and not any(way.paper or way.declaration for way in kind.satisfied_by):
        say = "只能靠部门数据满足:部门系统一断,窗口就办不了"
        notes.say(thing, "/satisfied_by", say, "加一条 {paper: original} 或 {declaration: …}")


def _alternative(
    way: Alternative, sub: str, thing: str, known: tuple[set[str], set[str], set[str]], notes: Notes
) -> None:
    credentials, departments, items = known
    chosen = [name for name in ("credential", "check", "result", "declaration", "paper") if getattr(way, name)]
    if len(chosen) != 1:
        notes.say(thing, sub, f"一种方式只写一样,这里有 {len(chosen)} 样", "拆成几行,按优先顺序排")
    if way.credential and way.credential not in credentials:
        mend = nearest(way.credential, credentials, "先在 credentials.yaml 登记")
        notes.say(thing, sub, f"没有证照种类“{way.credential}”", mend)
    if way.check and not way.department:
        notes.say(thing, sub, f"核验“{way.check}”没写向哪个部门核验", "加上 department: 部门代码")
    if way.department and way.department not in departments:
        notes.say(thing, sub, f"没有代码为“{way.department}”的部门", "先在 departments.yaml 登记")
    if way.result and way.result not in items:
        notes.say(
            thing, sub, f"没有代码为“{way.result}”的事项", nearest(way.result, items, "先写这个事项,或改正 result")
        )


def _checks(city: City, notes: Notes) -> None:
    """Consent names what is looked at, so every check that is used has a name, and one department that answers."""
    departments = {department.code for department in city.departments}
    named = {check.code: check.department for check in city.checks}
    for check in city.checks:
        if check.department not in departments:
            say = f"没有代码为“{check.department}”的部门"
            notes.say(f"checks/{check.code}", "/department", say, "先在 departments.yaml 登记")
    uses = [
        (f"materials/{kind.code}", way.check, way.department) for kind in city.materials for way in kind.satisfied_by
    ]
    for version in city.versions:
        thing = f"versions/{version.code}/{version.version}"
        uses += [(thing, prefill.check, prefill.department) for f in version.fields for prefill in f.prefill]
    for thing, code, department in dict.fromkeys(uses) if city.checks else ():
        if code and code not in named:
            notes.say(thing, "", f"核验“{code}”没有名称,居民不知道同意查什么", "在 checks.yaml 登记名称和部门")
        elif code and named[code] != department:
            notes.say(thing, "", f"核验“{code}”由“{named[code]}”答复,这里写的是“{department}”", "改成同一个部门")


def _items(city: City, notes: Notes) -> None:
    departments = {department.code for department in city.departments}
    names: dict[str, str] = {}
    for item in city.items:
        thing = f"items/{item.code}"
        if item.department not in departments:
            notes.say(thing, "/department", f"没有代码为“{item.department}”的部门", "先在 departments.yaml 登记")
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", item.code):
            notes.say(thing, "/code", "事项代码只用小写字母、数字和下划线", "例如 jinglaoka")
        if item.catalog_code and not re.fullmatch(r"[0-9A-Z]{12}", item.catalog_code):
            notes.say(thing, "/catalog_code", "基本编码是 12 位", "核对编码,没有就不写")
        if (other := names.setdefault(item.name.zh, item.code)) != item.code:
            notes.say(thing, "/name", f"与事项“{other}”同名,居民分不清", "在名称里写出区别")
        if where := notes.whence.get(thing):
            path = PurePosixPath(where[0].file)
            if path.stem != item.code or path.parent.name != item.department:
                mend = f"文件放在 items/{item.department}/{item.code}.yaml"
                notes.say(thing, "/code", "文件名或文件夹与代码、部门不一致", mend)


def _versions(city: City, notes: Notes) -> None:
    before: dict[str, tuple[int, object]] = {}
    for version in city.versions:
        last = before.get(version.code)
        if last and (version.version <= last[0] or version.valid_from <= last[1]):  # type: ignore[operator]
            say = "版本号和生效日期必须一版比一版大"
            notes.say(f"versions/{version.code}/{version.version}", "/valid_from", say, "按先后排好")
        before[version.code] = (version.version, version.valid_from)
        check_version(version, city, notes.say)
