"""The component library: what each part of a screen is given, worked out in Python so that templates stay plain.

Every function here is a template tag of the same name (``{% load tongban %}``), drawn by templates/shared/parts/.
States are told by words and an icon, never by colour alone.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import segno

from tongban.channels.shared.language import language, say, tell
from tongban.domain.element import Element
from tongban.domain.refusals import Problem
from tongban.domain.text import Text
from tongban.domain.wording import UNIT_NAMES

Words = Text | str | None
GRADES = {
    "A": ("A级·主管部门出具", "A · issued by the authority"),
    "B": ("B级·窗口核对原件", "B · original seen at a counter"),
    "C": ("C级·上传待核原件", "C · uploaded, original to be seen"),
    "D": ("D级·本人声明", "D · self-declared"),
}
CHECKS = {
    "satisfied": ("已具备", "In hand", "circle-check", "ok"),
    "missing": ("还需提供", "Still to bring", "circle-x", "bad"),
    "follow": ("可容缺后补", "May follow", "hourglass", "wait"),
    "asking": ("正在查询部门", "Asking the department", "loader-2", "wait"),
    "unknown": ("暂不能确定", "Not known yet", "circle-dashed", "plain"),
    "not_needed": ("不需要", "Not needed", "minus", "plain"),
}
CLOCKS = {
    "green": ("clock", "ok"), "yellow": ("alert-triangle", "warn"), "red": ("alert-circle", "bad"),
    "paused": ("clock-pause", "wait"), "closed": ("check", "plain"), "waiting": ("hourglass", "plain"),
}  # fmt: skip
NOTICES = {
    "info": "info-circle", "success": "circle-check", "warning": "alert-triangle", "error": "alert-circle",
    "debug": "info-circle",
}  # fmt: skip
INPUTS: dict[str, dict[str, str]] = {
    "integer": {"inputmode": "numeric"}, "number": {"inputmode": "decimal"}, "money": {"inputmode": "decimal"},
    "quantity": {"inputmode": "decimal"}, "phone": {"inputmode": "tel", "type": "tel"}, "email": {"type": "email"},
    "date": {"inputmode": "numeric", "data-date": ""}, "id_number": {"spellcheck": "false"}, "bank_card": {"inputmode": "numeric"},
    "credit_code": {"spellcheck": "false"}, "division": {"inputmode": "numeric"},
}  # fmt: skip
# Typed, not picked: the order of day and month in a browser's own date field follows the PC, which may be foreign.
DATE_HINT = Text("例如 1990-03-07,也可直接输入 19900307", "Such as 1990-03-07; 19900307 will do")
# What people may be offered by their own browser would be the clerk's data, so nothing is ever offered.
LONGEST = {"text": 200, "name": 100, "longtext": 2000, "address": 200}


def field_id(pointer: str) -> str:
    """The id of the input a problem's pointer means: ``/answers/phone`` -> ``f-answers-phone``."""
    return "f" + "".join(c if c.isalnum() or c in "-_" else "-" for c in pointer)


def page_header(
    title: Words, lead: Words = "", back: str = "", back_text: Words = "", over: Words = ""
) -> dict[str, Any]:
    """``{% page_header title [lead] [back=url] [back_text] [over=small line above] %}``: the h1 of the page."""
    return {"title": tell(title), "lead": tell(lead), "back": back, "over": tell(over),
            "back_text": tell(back_text) or say("返回", "Back")}  # fmt: skip


def source(by: Words, on: dt.date | None = None, grade: str = "", confirm: bool = False) -> dict[str, Any]:
    """``{% source "公安" on grade [confirm=True] %}``: where a value came from: 来自公安·2026-11-20·A."""
    name, when = tell(by), on.isoformat() if on else ""
    said = [say(f"来自{name}", f"From {name}"), *([when] if when else []), *([grade] if grade else [])]
    explained = say(*GRADES[grade]) if grade in GRADES else ""
    return {"said": "·".join(said), "explained": explained, "confirm": confirm}


def field(
    element: Element,
    value: Any = None,
    problems: Iterable[Problem] = (),
    *,
    name: str = "",
    pointer: str = "",
    required: bool = True,
    by: Words = "",
    on: dt.date | None = None,
    grade: str = "",
    confirm: bool = False,
    autofocus: bool = False,
    readonly: bool = False,
    label: Words = None,
    hint: Words = None,
    **attributes: Any,
) -> dict[str, Any]:
    """``{% field element value problems [name= pointer= required= by= on= grade= confirm= autofocus= readonly=] %}``.

    ``value`` is what was typed before or prefilled (raw text, or a list for several choices); ``problems`` may be all
    problems of the page: those that point here are shown here. Other arguments become attributes of the input
    (``hx_get`` -> ``hx-get``, ``data_key`` -> ``data-key``).
    """
    name, pointer = name or element.code, pointer or f"/answers/{name or element.code}"
    mine = [p for p in problems or () if p.pointer == pointer or p.pointer.startswith(pointer + "/")]
    own_id = field_id(pointer)
    hint = hint or element.hint or (DATE_HINT if element.type == "date" and not readonly else None)
    shape = {"type": "text", **INPUTS.get(element.type, {})}
    described = [f"{own_id}-{part}" for part, there in (("hint", hint), ("error", mine)) if there]
    chosen = {str(v) for v in value} if isinstance(value, list | tuple | set | frozenset) else {_typed(value)}
    return {
        "e": element, "name": name, "id": own_id, "label": tell(label or element.name), "hint": tell(hint),
        "value": _typed(value) if not isinstance(value, list | tuple | set | frozenset) else "",
        "errors": [tell(p.text) + _advice(p) for p in mine], "required": required, "readonly": readonly,
        "type": shape.pop("type"), "shape": shape, "described": " ".join(described), "autofocus": autofocus,
        "longest": element.max_length or LONGEST.get(element.type, 64), "unit": unit_name(element),
        "choices": [(c.code, tell(c.name), c.code in chosen) for c in choices_of(element)],
        "many": element.type == "multichoice", "few": len(choices_of(element)) <= 6,
        "origin": source(by, on, grade, confirm) if tell(by) else None,
        "attributes": {k.replace("_", "-"): v for k, v in attributes.items() if v not in (None, False)},
    }  # fmt: skip


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _advice(problem: Problem) -> str:
    return f" {tell(problem.advice)}" if problem.advice else ""


def choices_of(element: Element) -> Sequence[Any]:
    """The choices of an element; yes and no for a boolean, which is never a tick box: no answer is not "no"."""
    if element.type == "boolean":
        from tongban.domain.element import Choice

        return (Choice("true", Text("是", "Yes")), Choice("false", Text("否", "No")))
    return element.choices


def unit_name(element: Element) -> str:
    """The unit beside the input, in the language of the page."""
    unit = element.unit or ("yuan" if element.type == "money" else "")
    return tell(UNIT_NAMES[unit]) if unit in UNIT_NAMES else unit


def refusal(problems: Iterable[Problem], title: Words = "") -> dict[str, Any]:
    """``{% refusal problems [title] %}``: the error summary; every line leads to its field. Nothing when all is well."""
    listed = [
        {
            "text": tell(p.text),
            "advice": tell(p.advice),
            "code": p.code,
            "href": f"#{field_id(p.pointer)}" if p.pointer else "",
        }
        for p in problems or ()
    ]
    count = len(listed)
    said = tell(title) or say(f"有 {count} 处需要修改", f"{count} thing{'s' if count > 1 else ''} to mend")
    return {"problems": listed, "title": said}


def notice(message: Any, kind: str = "info", detail: Words = "") -> dict[str, Any]:
    """``{% notice text kind detail %}``: kind is info, success, warning or error; errors are read aloud at once."""
    said = tell(message) if isinstance(message, Text) else message
    kind = kind if kind in NOTICES else "info"
    return {
        "message": said,
        "kind": kind,
        "icon_name": NOTICES[kind],
        "detail": tell(detail),
        "urgent": kind == "error",
    }


def check_row(state: str, name: Words, note: Words = "", by: Words = "", on: dt.date | None = None, grade: str = "",
              key: bool = False, copies: str = "", until: dt.date | None = None) -> dict[str, Any]:  # fmt: skip
    """``{% check_row state name [note by on grade key copies until] %}``: a line of the checklist (an ``li``).

    state: satisfied, missing, follow (with ``until``), asking, unknown or not_needed.
    """
    zh, en, icon_name, tone = CHECKS[state]
    return {"said": say(zh, en), "icon_name": icon_name, "tone": tone, "name": tell(name), "note": tell(note), "key": key,
            "copies": copies, "until": until, "origin": source(by, on, grade) if tell(by) else None}  # fmt: skip


def clock(colour: str, days: int | None = None, due: dt.date | None = None, provisional: bool = False,
          note: Words = "") -> dict[str, Any]:  # fmt: skip
    """``{% clock colour days due provisional note %}``: colour is green, yellow, red, paused, closed or waiting (not
    started); ``days`` are working days left (negative: over)."""
    icon_name, tone = CLOCKS[colour]
    if note:
        said = tell(note)
    elif colour == "paused":
        said = say("暂停计时", "Clock paused")
    elif colour == "closed":
        said = say("已办结", "Closed")
    elif colour == "waiting":
        said = say("尚未起算", "Not started")
    else:
        said = _days_left(days)
    return {"said": said, "icon_name": icon_name, "tone": tone, "due": due, "provisional": provisional}


def _days_left(days: int | None) -> str:
    if days is None:
        return say("期限待定", "No date yet")
    if days < 0:
        return say(f"已超期 {-days} 个工作日", f"{-days} working day{'s' if days < -1 else ''} over")
    if days == 0:
        return say("今天到期", "Due today")
    return say(f"还有 {days} 个工作日", f"{days} working day{'s' if days > 1 else ''} left")


def pill(said: Words, tone: str = "plain", icon_name: str = "") -> dict[str, Any]:
    """``{% pill text tone [icon] %}``: tone is plain, info, ok, warn, bad or wait; the words carry the meaning."""
    return {"said": tell(said), "tone": tone, "icon_name": icon_name}


def timeline(entries: Sequence[Any], label: Words = "") -> dict[str, Any]:
    """``{% timeline entries [label] %}``: entries (mappings or objects) with at, title, place, by, note and
    state (done | now | later | stopped; done when missing)."""
    listed = []
    for entry in entries:
        take = entry.get if isinstance(entry, dict) else lambda k, default="", e=entry: getattr(e, k, default)
        listed.append({
            "at": take("at", None), "title": tell(take("title", "")), "place": tell(take("place", "")),
            "by": tell(take("by", "")), "note": tell(take("note", "")), "state": take("state", "") or "done",
        })  # fmt: skip
    return {"entries": listed, "label": tell(label) or say("办理经过", "What has happened")}


def steps(names: Sequence[Words], now: int = 1, label: Words = "") -> dict[str, Any]:
    """``{% steps names now %}``: where one is in a task; ``now`` counts from 1."""
    listed = [
        {"name": tell(n), "number": i, "state": "done" if i < now else "now" if i == now else "later"}
        for i, n in enumerate(names, 1)
    ]
    return {"steps": listed, "now": now, "count": len(listed), "label": tell(label) or say("办理步骤", "Steps")}


def stat(
    label: Words, value: Any, unit: Words = "", note: Words = "", href: str = "", tone: str = "plain"
) -> dict[str, Any]:
    """``{% stat label value [unit note href tone] %}``: one number of a board."""
    return {"label": tell(label), "value": value, "unit": tell(unit), "note": tell(note), "href": href, "tone": tone}


def empty(
    title: Words, lead: Words = "", href: str = "", action: Words = "", icon_name: str = "files"
) -> dict[str, Any]:
    """``{% empty title [lead href action icon] %}``: nothing here: why, and what to do."""
    return {"title": tell(title), "lead": tell(lead), "href": href, "action": tell(action), "icon_name": icon_name}


def rows(columns: Sequence[Words], lines: Sequence[Sequence[Any]], caption: Words = "") -> dict[str, Any]:
    """``{% rows columns lines caption %}``: a plain table that becomes cards at 390 px. For cells with links write the
    table by hand with class ``tb-table`` and a ``data-label`` on every ``td``."""
    heads = [tell(c) for c in columns]
    cells = [[(heads[i], tell(c) if isinstance(c, Text) else c) for i, c in enumerate(line)] for line in lines]
    return {"heads": heads, "lines": cells, "caption": tell(caption)}


def confirm_button(said: Words, question: Words, tone: str = "primary", name: str = "", value: str = "",
                   key: str = "", icon_name: str = "") -> dict[str, Any]:  # fmt: skip
    """``{% confirm_button text question [tone name value key icon] %}``: a submit button that asks once more."""
    return {"said": tell(said), "question": tell(question), "tone": tone, "name": name, "value": value, "key": key,
            "icon_name": icon_name}  # fmt: skip


def masked(label: Words, shown: str, url: str = "", own_id: str = "", reasons: Sequence[Words] = ()) -> dict[str, Any]:
    """``{% masked label shown url id [reasons] %}``: a value already masked by the server, and the way to see it: a
    reason is asked and posted to ``url`` (field ``reason``), whose answer replaces this part (htmx)."""
    offered = reasons or (
        Text("当面核对本人信息", "Checking with the person in front of me"),
        Text("填写申请表", "Filling in the form"),
        Text("电话联系本人", "Calling the person"),
    )
    return {"label": tell(label), "shown": shown, "url": url, "id": own_id or field_id(f"/masked/{tell(label)}"),
            "reasons": [tell(r) for r in offered]}  # fmt: skip


def qr(data: str, label: Words = "", size: int = 132) -> dict[str, Any]:
    """``{% qr data label [size] %}``: a QR code as an image of our own making (no outside service)."""
    made = segno.make(data, error="m", micro=False)
    return {"uri": made.svg_data_uri(border=2, dark="#10233d", light="#ffffff"), "size": size,
            "label": tell(label) or say("二维码", "QR code"), "data": data}  # fmt: skip


def panel(title: Words = "", lead: Words = "", own_id: str = "", tone: str = "plain") -> tuple[str, dict[str, Any]]:
    """``{% panel title=… [lead= own_id= tone=] %} … {% endpanel %}``: a white sheet with an h2."""
    return "shared/parts/panel.html", {"title": tell(title), "lead": tell(lead), "own_id": own_id, "tone": tone,
                                       "language": language()}  # fmt: skip


PARTS: dict[Any, str] = {
    page_header: "page_header", field: "field", source: "source", refusal: "refusal", notice: "notice",
    check_row: "check_row", clock: "clock", pill: "pill", timeline: "timeline", steps: "steps", stat: "stat",
    empty: "empty", rows: "rows", confirm_button: "confirm_button", masked: "masked", qr: "qr",
}  # fmt: skip
