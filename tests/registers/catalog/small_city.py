"""A small sound city on disk; tests change one thing in it and look at what the check says."""

import copy
from pathlib import Path
from typing import Any

import yaml

PLACES: dict[str, Any] = {
    "divisions": [
        {"code": "310000", "name": "上海市", "level": "municipality"},
        {"code": "310107", "name": "普陀区", "level": "district", "parent": "310000"},
        {"code": "310110", "name": "杨浦区", "level": "district", "parent": "310000"},
        {"code": "310107005", "name": "长寿路街道", "level": "street", "parent": "310107"},
        {"code": "310110009", "name": "定海路街道", "level": "street", "parent": "310110"},
    ],
    "centers": [
        {"code": "310107005", "name": "长寿中心", "district": "310107", "evidence": "reconstructed"},
        {"code": "310110009", "name": "定海中心", "district": "310110", "evidence": "reconstructed"},
    ],
    "hours": {"weekday": ["08:30", "16:30"], "rest_day": ["08:30", "11:30"], "evidence": "verbatim"},
}
DEPARTMENTS: list[Any] = [
    {"code": "gongan", "name": {"zh": "市公安局", "en": "Public Security"}, "short": "公安", "connector": "gongan"},
    {"code": "renshe", "name": "市人社局", "short": "人社", "connector": "renshe"},
]
ELEMENTS: list[Any] = [
    {"code": "name", "name": "姓名", "type": "name", "max_length": 100, "reuse": "always", "group": "applicant"},
    {"code": "birth_date", "name": "出生日期", "type": "date", "reuse": "always", "group": "applicant"},
    {"code": "consent", "name": "同意核对", "type": "boolean", "reuse": "never", "group": "matter"},
    {"code": "home", "name": "住房", "type": "choice", "choices": [{"code": "rent", "name": "租"}, {"code": "own", "name": "有"}]},
]  # fmt: skip
MATERIALS: list[Any] = [
    {"code": "id_card", "name": "身份证", "kind": "licence", "source": "公安", "satisfied_by": [{"credential": "id"}, {"paper": "original"}]},
    {"code": "proof", "name": "收入证明", "kind": "proof", "source": "单位", "satisfied_by": [{"check": "income", "department": "renshe"}, {"paper": "original"}]},
]  # fmt: skip
CREDENTIALS: list[Any] = [
    {"code": "id", "name": "身份证", "type_code": "1", "issuer": "gongan", "fields": ["name", "birth_date"]},
    {"code": "senior", "name": "敬老卡", "type_code": "2", "issuer": "gongan", "fields": ["name"], "valid_days": 365},
]
CALENDAR: dict[str, Any] = {
    "year": 2026,
    "notice": {"title": "通知", "number": "国办发明电〔2025〕7号", "date": "2025-11-04"},
    "provisional": False,
    "off": ["2026-01-01"],
    "work": ["2026-01-04"],
}
VERSION: dict[str, Any] = {
    "version": 1,
    "valid_from": "2026-01-01",
    "receivable": True,
    "action": "apply",
    "handling": "promised",
    "scope": "split",
    "home": "hukou",
    "summary": "年满65周岁可以办",
    "law": [{"id": "a", "title": "《办法》", "number": "1号"}],
    "conditions": [
        {"id": "age", "text": "年满65周岁", "law": "a", "test": {"ge": [{"age": "$birth_date"}, 65]}},
    ],
    "fields": [
        {"element": "name", "required": True, "prefill": ["person", {"credential": "id"}]},
        {"element": "birth_date", "required": True, "prefill": [{"credential": "id"}]},
        {"element": "home", "required": False},
    ],
    "papers": [
        {"material": "id_card", "key": True},
        {"material": "proof", "tolerated_days": 10, "when": {"eq": ["$home", "rent"]}},
    ],
    "process": [
        {"step": "receive", "who": "counter", "text": "收"},
        {"step": "decide", "who": "department", "text": "定"},
    ],
    "limits": {"legal_days": 30, "promised_days": 20},
    "visits": {"count": 1, "reason": "领取实体卡"},
    "channels": ["window"],
    "fee": None,
    "results": [{"name": "敬老卡", "credential": "senior"}],
    "delivery": ["counter"],
    "phones": {"enquiry": "962200", "complaint": "12345"},
}
ITEM: dict[str, Any] = {
    "code": "card",
    "catalog_code": "310990011001",
    "name": {"zh": "敬老卡申领", "en": "Senior card"},
    "department": "gongan",
    "aliases": ["老人卡"],
    "versions": [VERSION],
}
SITUATION: dict[str, Any] = {
    "name": "old",
    "why": "满65周岁,在普陀收、杨浦办",
    "given": {
        "item": "card",
        "center": "310107005",
        "today": "2026-03-02",
        "answers": {"birth_date": "1950-01-01", "home": "own"},
        "homes": {"hukou": "310110009"},
        "credentials": ["id"],
    },
    "expect": {
        "eligible": True,
        "failing": [],
        "papers_needed": [],
        "handling": "310110009",
        "handed_over": "received",
        "promised_by": "2026-03-30",
        "provisional": False,
    },
}


def pieces() -> dict[str, Any]:
    """The files of the city as data, free to change."""
    return copy.deepcopy(
        {
            "places.yaml": PLACES,
            "departments.yaml": {"departments": DEPARTMENTS},
            "elements.yaml": {"elements": ELEMENTS},
            "materials.yaml": {"materials": MATERIALS},
            "credentials.yaml": {"credentials": CREDENTIALS},
            "calendar/2026.yaml": CALENDAR,
            "items/gongan/card.yaml": ITEM,
            "situations/old.yaml": SITUATION,
        }
    )


class _Plain(yaml.SafeDumper):
    """No anchors: the loader refuses them."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(folder: Path, files: dict[str, Any]) -> Path:
    """Write the files; a str is written as it is."""
    root = folder / "cities" / "small"
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = data if isinstance(data, str) else yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False)
        path.write_text(text, encoding="utf-8")
    return root
