"""One item in the element names of the national exchange tables (政务服务事项 基本目录, 基本信息, 扩展信息, 材料目录, 收费项目), mapped at this
border and nowhere else. Values are texts in Chinese where the tables hold texts; where a table has a code list that the city's
sources do not carry, our own word stands beside its text."""

from typing import Literal

import msgspec

from tongban.domain.item import HANDLING_NAMES, SCOPE_NAMES, Fee, ItemVersion, PaperNeed
from tongban.domain.material import MaterialKind
from tongban.domain.reasons import SPECIAL, WAYS, word
from tongban.reads.items import ItemSeen

# 行使层级 3: a city (设区的市, and the districts of a municipality).
LEVEL = "3"
ACTIONS = {"apply": "申请", "certificate": "开具证明", "query": "查询", "register": "登记"}
AUDIENCES = {"person": "自然人", "legal": "法人"}
KINDS = {"licence": "证照", "form": "表格", "statement": "申请书、声明", "proof": "证明", "photo": "照片"}


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """Names of the national tables are written in camel case in JSON."""


class MaterialRow(Row, frozen=True):
    """材料目录: one paper. ``isNeed``: 1 always, 2 in some situations, 3 may follow (容缺后补)."""

    code: str
    material_name: str
    material_type: str
    material_format: str
    is_need: Literal["1", "2", "3"]
    page_num: int
    source_type: str
    source_explain: str
    accept_stand: str
    fill_explain: str
    order_num: int
    remark: str


class FeeRow(Row, frozen=True):
    """收费项目: a charge in yuan and its law."""

    fee_name: str
    fee_stand: str
    by_law: str


class ItemRecord(Row, frozen=True):
    """一个事项: ours are ``code``, ``version``, ``receivable``, ``open``, ``channels`` and ``evidence`` (how far the record may be
    believed); all other names are those of the national tables. Days are working days."""

    code: str
    version: int
    receivable: bool
    open: bool
    channels: tuple[str, ...]
    evidence: str
    catalog_code: str
    task_code: str
    task_handle_item: str
    task_name: str
    task_name_en: str
    task_type: str
    task_state: Literal["1", "0"]
    task_version: int
    use_level: str
    plan_effective_date: str
    by_law: list[str]
    dept_name: str
    dept_code: str
    accept_condition: list[str]
    anticipate_day: int
    anticipate_type: str
    promise_day: int
    promise_type: str
    project_type: str
    handle_flow: list[str]
    server_type: str
    limit_scene_num: int
    limit_scene_explain: str
    is_fee: Literal["0", "1"]
    special_procedure: list[str]
    link_way: str
    supervise_way: str
    handle_area: str
    handle_area_code: str
    is_online: Literal["0", "1"]
    is_express: Literal["0", "1"]
    is_service_terminals: Literal["0", "1"]
    is_entry_center: Literal["0", "1"]
    other_dept: list[str]
    result_name: list[str]
    result_type: list[str]
    deliver_way: list[str]
    user_topic_type: list[str]
    material: list[MaterialRow]
    fee: list[FeeRow]


def record(seen: ItemSeen) -> ItemRecord:
    """The record of an item version."""
    v = seen.version
    catalog_code, credit = v.item.catalog_code, seen.department.credit_code
    return ItemRecord(
        code=v.code, version=v.version, receivable=v.receivable, open=seen.open, channels=v.channels, evidence=v.evidence,
        catalog_code=catalog_code, task_code=f"{credit}{LEVEL}{catalog_code}" if credit and catalog_code else "",
        task_handle_item=v.item.business_code, task_name=v.name.zh, task_name_en=v.name.en, task_type=ACTIONS[v.action],
        task_state=_yes(seen.open), task_version=v.version, use_level=LEVEL, plan_effective_date=v.valid_from.isoformat(),
        by_law=[law.cite() for law in v.law], dept_name=seen.department.name.zh, dept_code=credit,
        accept_condition=[c.text.zh for c in v.conditions], anticipate_day=v.limits.legal_days, anticipate_type="工作日",
        promise_day=v.limits.promised_days, promise_type="工作日", project_type=HANDLING_NAMES[v.handling].zh,
        handle_flow=[s.text.zh for s in v.process if s.text.zh], server_type=AUDIENCES[v.item.audience],
        limit_scene_num=v.visits.count, limit_scene_explain=v.visits.reason.zh if v.visits.reason else "",
        is_fee=_yes(bool(v.fee)), special_procedure=[word(SPECIAL, s).zh for s in v.special], link_way=v.phones.enquiry,
        supervise_way=v.phones.complaint, handle_area=SCOPE_NAMES[v.scope].zh, handle_area_code=v.scope,
        is_online=_yes(v.fully_online), is_express=_yes("mail" in v.delivery), is_service_terminals=_yes("kiosk" in v.channels),
        is_entry_center=_yes("window" in v.channels), other_dept=[d.name.zh for d in seen.joint],
        result_name=[r.name.zh for r in v.results], result_type=["电子证照" if r.credential else "纸质" for r in v.results],
        deliver_way=[word(WAYS, way).zh for way in v.delivery], user_topic_type=list(v.item.topics),
        material=[_material(p, seen.materials.get(p.material), i + 1) for i, p in enumerate(v.papers)],
        fee=[_fee(f, v) for f in v.fee or ()],
    )  # fmt: skip


def _material(need: PaperNeed, kind: MaterialKind | None, place: int) -> MaterialRow:
    electronic = kind is not None and any(way.credential or way.check for way in kind.satisfied_by)
    may_follow = need.tolerated_days > 0 and not need.key
    return MaterialRow(
        code=need.material, material_name=kind.name.zh if kind else need.material, material_type=KINDS[kind.kind] if kind else "",
        material_format="电子或纸质" if electronic else "纸质", is_need="3" if may_follow else "2" if need.when is not None else "1",
        page_num=need.copies + need.original, source_type="政府部门核发" if kind and kind.kind == "licence" else "申请人自备",
        source_explain=kind.source.zh if kind else "", accept_stand="原件" if need.original else "复印件",
        fill_explain=kind.sample.zh if kind and kind.sample else "", order_num=place, remark=need.note.zh if need.note else "",
    )  # fmt: skip


def _fee(fee: Fee, version: ItemVersion) -> FeeRow:
    law = version.law_of(fee.basis)
    unit = f"/{fee.unit.zh}" if fee.unit else ""
    return FeeRow(fee.item.zh, f"{fee.amount}元{unit}", law.cite() if law else "")


def _yes(value: bool) -> Literal["0", "1"]:
    return "1" if value else "0"
