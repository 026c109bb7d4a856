"""The check of one item version before publishing: what it promises must hold together with itself and the registries."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tongban.domain.expression import Expr
from tongban.domain.item import Field, ItemVersion, Limits, PaperNeed
from tongban.registers.catalog.city import City
from tongban.registers.catalog.nearest import nearest

Say = Callable[..., None]
MAX_DAYS = 1000
_KIND = "先在 credentials.yaml 登记"


def check_version(version: ItemVersion, city: City, say: Say) -> None:
    """Say everything that is wrong with one version. ``say(thing, sub, what, mend, severity)``."""
    thing = f"versions/{version.code}/{version.version}"

    def here(sub: str, what: str, mend: str, severity: str = "error") -> None:
        say(thing, sub, what, mend, severity)

    if version.version < 1:
        here("/version", "版本号从 1 开始", "写 version: 1")
    if not version.summary.zh.strip():
        here("", "没有一句话介绍", "写 summary: 谁能办、办什么")
    _handling(version, city, here)
    _limits(version.limits, here)
    _money_and_visits(version, here)
    _results(version, city, here)
    _conditions(version, here)
    _twice("fields", "数据元", (field.element for field in version.fields), here)
    _twice("papers", "材料", (paper.material for paper in version.papers), here)
    for i, field in enumerate(version.fields):
        _field(field, f"/fields/{i}", city, here)
    for i, paper in enumerate(version.papers):
        _paper(paper, f"/papers/{i}", city, here)
    _asked(version, here)
    if version.receivable:
        _whole(version, here)


def _handling(version: ItemVersion, city: City, here: Say) -> None:
    limits = version.limits
    if version.handling == "on_the_spot":
        if limits.legal_days or limits.promised_days:
            here("/limits", "即办件当场办结,法定和承诺时限都应是 0", "写 0,或改成 promised")
        if version.scope in ("split", "settle_home"):
            here(
                "/handling",
                "即办件要在收件的窗口当场决定,不能交给归属地中心",
                "改成 promised,或把 scope 改成 direct 或 local",
            )
    elif version.receivable and limits.promised_days < 1:
        here("/limits", "承诺件、联办件要写承诺时限", "写 promised_days(工作日)")
    if limits.promised_days > limits.legal_days:
        here("/limits/promised_days", "承诺时限比法定时限还长", "承诺时限不能超过 legal_days")
    if version.handling == "joint":
        if not set(version.joint) - {version.item.department}:
            here("/joint", "联办件要写一起办的部门", "在 joint 里写部门代码")
    elif version.joint:
        here("/joint", "不是联办件,却写了联办部门", "改成 handling: joint,或去掉 joint")
    known = {department.code for department in city.departments}
    for i, code in enumerate(version.joint):
        if code not in known:
            here(f"/joint/{i}", f"没有代码为“{code}”的部门", "先在 departments.yaml 登记")
    if version.scope != "direct" and version.home is None:
        here("/home", "没写按什么定归属地", "写 home: hukou(户籍地)、residence(居住地)或 employer(单位所在地)")


def _limits(limits: Limits, here: Say) -> None:
    for name in ("legal_days", "promised_days", "accept_days", "transfer_days", "correction_days"):
        if not 0 <= getattr(limits, name) <= MAX_DAYS:
            here(f"/limits/{name}", "天数不合理", f"写 0 到 {MAX_DAYS} 之间的工作日数")
    if limits.accept_days > 5:
        here("/limits/accept_days", "受理或一次性告知不得超过 5 个工作日", "写 5 或更少")
    if limits.correction_days < 1:
        here("/limits/correction_days", "补正至少要给居民 1 个工作日", "写 1 或更多")


def _money_and_visits(version: ItemVersion, here: Say) -> None:
    if version.visits.count < 0 or (version.visits.count > 0 and version.visits.reason is None):
        here("/visits", "要跑腿却没写原因", "写 reason:为什么要到现场")
    if version.visits.causes and len(version.visits.causes) != version.visits.count:
        say = f"写了 {len(version.visits.causes)} 个到场原因,次数却是 {version.visits.count}"
        here("/visits/causes", say, "每次到场写一个原因")
    if version.fully_online and version.visits.count:
        here("/fully_online", "写了全程网办,又要到现场", "visits.count 写 0,或 fully_online 写 false")
    laws = {law.id for law in version.law}
    for i, fee in enumerate(version.fee or ()):
        if not fee.basis:
            here(f"/fee/{i}", "收费没写依据", "basis 写本版 law 里的编号")
        elif fee.basis not in laws:
            here(f"/fee/{i}/basis", f"本版 law 里没有“{fee.basis}”", "补上这条依据")
        if fee.amount < 0 or not fee.item.zh.strip():
            here(f"/fee/{i}", "收费项目名不能空,金额不能为负", "写明 item 和 amount(元)")
    phones = version.phones
    if phones.enquiry and phones.enquiry == phones.complaint:
        here("/phones", "咨询电话和投诉电话相同", "投诉要打到别处,例如 12345")


def _results(version: ItemVersion, city: City, here: Say) -> None:
    kinds = {kind.code: kind for kind in city.credentials}
    asked = {field.element for field in version.fields}
    # Who one is, is said by the person; only the numbers are made by whoever decides.
    said = {
        element.code: element.name.zh
        for element in city.elements
        if element.group == "applicant"
        and element.reuse == "always"
        and element.type not in ("id_number", "credit_code")
    }
    for i, result in enumerate(version.results):
        if version.receivable and result.credential in kinds:
            for code in kinds[result.credential].fields:
                if code in said and code not in asked:
                    what = f"证照“{result.credential}”上有“{said[code]}”,事项却不问,签发时没有"
                    here(f"/results/{i}", what, f"在 fields 里加上 {code},或从证照的 fields 里去掉", "warning")
        if result.credential and result.credential not in kinds:
            here(
                f"/results/{i}/credential",
                f"没有证照种类“{result.credential}”",
                nearest(result.credential, kinds, _KIND),
            )
        if not result.credential and result.name.zh.endswith(("证", "证明", "证书")):
            here(f"/results/{i}", f"结果“{result.name.zh}”是证照,却没写签发哪种电子证照", "写 credential: 证照种类")


def _conditions(version: ItemVersion, here: Say) -> None:
    _twice("conditions", "条件编号", (condition.id for condition in version.conditions), here)
    _twice("law", "依据编号", (law.id for law in version.law), here)
    laws = {law.id for law in version.law}
    for i, condition in enumerate(version.conditions):
        if condition.law and condition.law not in laws:
            here(f"/conditions/{i}/law", f"本版 law 里没有“{condition.law}”", "补上这条依据,或改正编号")
        elif not condition.law and version.receivable:
            here(f"/conditions/{i}", "条件没写依据,拒绝时说不出理由", "写 law: 依据编号")


def _field(field: Field, sub: str, city: City, here: Say) -> None:
    element = next((e for e in city.elements if e.code == field.element), None)
    if element is None:
        mend = nearest(
            field.element, (e.code for e in city.elements), "表单只能用登记过的数据元,先在 elements.yaml 登记"
        )
        here(f"{sub}/element", f"没有数据元“{field.element}”", mend)
        return
    if field.prefill and element.reuse == "never":
        here(f"{sub}/prefill", f"“{element.name.zh}”每次都要本人填写,不能预填", "去掉 prefill")
    kinds = {kind.code: kind for kind in city.credentials}
    departments = {department.code for department in city.departments}
    for i, source in enumerate(field.prefill):
        at = f"{sub}/prefill/{i}"
        if source.credential and source.credential not in kinds:
            here(at, f"没有证照种类“{source.credential}”", nearest(source.credential, kinds, _KIND))
        elif source.credential and field.element not in kinds[source.credential].fields:
            here(at, f"证照“{source.credential}”里没有“{field.element}”", "改来源,或补全该证照的 fields", "warning")
        if source.check and source.department not in departments:
            here(at, f"核验“{source.check}”没写或写错了部门", "加上 department: 部门代码")
        if source.source not in ("", "person") or not (source.source or source.credential or source.check):
            here(at, "预填来源不认识", "写 person、{credential: …} 或 {check: …, department: …}")


def _paper(paper: PaperNeed, sub: str, city: City, here: Say) -> None:
    kind = next((k for k in city.materials if k.code == paper.material), None)
    if kind is None:
        mend = nearest(paper.material, (k.code for k in city.materials), "先在 materials.yaml 登记")
        here(f"{sub}/material", f"没有材料“{paper.material}”", mend)
    if paper.key and paper.tolerated_days:
        here(f"{sub}/tolerated_days", "关键材料不能容缺", "去掉 tolerated_days,或 key 写 false")
    if not 0 <= paper.tolerated_days <= 180:
        here(f"{sub}/tolerated_days", "容缺候补天数不合理", "写 0 到 180 之间的天数")
    if paper.copies < 0 or (not paper.original and paper.copies == 0 and kind is not None and kind.kind != "statement"):
        here(sub, "原件和复印件都不要,等于没要", "写 original: true 或 copies: 1")


def _asked(version: ItemVersion, here: Say) -> None:
    """A condition over something that the form never asks would stay unknown for ever."""
    on_form = {field.element for field in version.fields}
    places: list[tuple[str, Any]] = [(f"/conditions/{i}/test", c.test) for i, c in enumerate(version.conditions)]
    places += [(f"/fields/{i}/when", f.when) for i, f in enumerate(version.fields)]
    places += [(f"/papers/{i}/when", p.when) for i, p in enumerate(version.papers)]
    for sub, test in places:
        for code in test.elements() if isinstance(test, Expr) else ():
            if code not in on_form:
                here(sub, f"条件用到“{code}”,表单却不问它,永远判断不了", f"在 fields 里加上 {code}")


def _whole(version: ItemVersion, here: Say) -> None:
    wanted = {
        "law": "法律依据", "conditions": "受理条件", "fields": "表单字段", "process": "办理流程",
        "channels": "受理渠道", "results": "办理结果", "delivery": "送达方式",
    }  # fmt: skip
    for name, zh in wanted.items():
        if not getattr(version, name):
            here("", f"可以收件的事项没写{zh}", f"补上 {name},或把 receivable 写 false(只列指南)")
    steps = {step.step for step in version.process}
    if version.process and not {"receive", "decide"} <= steps:
        here("/process", "流程缺收件或决定环节", "至少写 receive 和 decide")
    if not version.phones.enquiry or not version.phones.complaint:
        here("/phones", "没写咨询电话或投诉电话", "例如 enquiry: 962200,complaint: 12345")


def _twice(name: str, zh: str, codes: Iterable[str], here: Say) -> None:
    for code, times in Counter(codes).items():
        if times > 1:
            here(f"/{name}", f"{zh}“{code}”写了两次", "只留一个")
