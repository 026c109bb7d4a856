"""The picture of a plan's order: a line for each step over its working days, what waits for what as lines between them, parallel
branches side by side. Drawn by the server as plain shapes, once for a phone and once for a desk, with the same in words."""

import datetime as dt

import msgspec

from tongban.domain.life_event import SELF
from tongban.domain.plan import Plan, PlanStep
from tongban.domain.plan_words import Words
from tongban.domain.text import Text

OWN = {
    "apply": Text("填一张表申请", "One form"),
    "visit": Text("到场一次", "One visit"),
    "later": Text("领取或补交", "Collect or bring what follows"),
}
_BAR, _LINE, _GAP = 14, 22, 16


class Bar(msgspec.Struct, frozen=True):
    """One step as it is drawn: its name on one or two lines, its days, and the bar."""

    key: str
    lines: tuple[tuple[str, float], ...]
    days: str
    days_y: float
    x: float
    y: float
    width: float
    kind: str


class Link(msgspec.Struct, frozen=True):
    """What waits for what, as a path with its arrow."""

    path: str
    arrow: str
    critical: bool


class Picture(msgspec.Struct, frozen=True):
    """The whole picture in its own units."""

    width: int
    height: int
    left: float
    days_x: float
    bars: tuple[Bar, ...]
    links: tuple[Link, ...]
    ticks: tuple[tuple[float, int], ...]


class Told(msgspec.Struct, frozen=True):
    """A step in words: what, who, when, after what."""

    name: Text
    who: Text
    from_: dt.date
    to: dt.date
    from_day: int
    to_day: int
    after: Text
    critical: bool
    deferred: bool
    mine: bool


def name_of(step: PlanStep, words: Words) -> Text:
    """What a step is called."""
    if step.kind in OWN:
        return OWN[step.kind]
    name = words.item(step.item)
    if step.kind in ("pay", "attend") and step.text is not None and step.text.zh:
        return Text(f"{name.zh}:{step.text.zh}", f"{name.en or name.zh}: {step.text.en or step.text.zh}")
    return name


def in_words(plan: Plan, words: Words, departments: dict[str, Text]) -> tuple[Told, ...]:
    """The same as the picture, for who reads or hears it, in the order in which things begin."""
    names = {step.key: name_of(step, words) for step in plan.steps}
    return tuple(
        Told(
            names[step.key], Text("您", "you") if step.who == SELF else departments.get(step.who, Text(step.who)),
            step.start, step.end, step.start_day, step.end_day, _joined([names[k] for k in step.after if k in names]),
            step.critical, step.kind == "deferred", step.who == SELF,
        )
        for step in _ordered(plan)
    )  # fmt: skip


def _joined(names: list[Text]) -> Text:
    return Text("、".join(f"“{n.zh}”" for n in names), ", ".join(n.en or n.zh for n in names))


def _ordered(plan: Plan) -> list[PlanStep]:
    return sorted(plan.steps, key=lambda s: (s.kind == "deferred", s.start_day, s.end_day, not s.critical))


def draw(plan: Plan, words: Words, *, wide: bool, english: bool) -> Picture:
    """The picture for a desk (names beside the bars) or for a phone (names above them)."""
    steps = _ordered(plan)
    last = max((s.end_day for s in steps if s.kind != "deferred"), default=0) or 1
    width, left, right = (760, 300.0, 744.0) if wide else (344, 12.0, 332.0)

    def at(day: int) -> float:
        return round(left + (right - left) * min(day, last) / last, 1)

    bars: list[Bar] = []
    y = 26.0
    for step in steps:
        name = name_of(step, words)
        # English letters are about half as wide as a Chinese character.
        lines = _wrapped((name.en or name.zh) if english else name.zh, 14.5 if wide else 16)
        top = y
        texts = tuple((line, top + 16 + n * 20) for n, line in enumerate(lines))
        bar_y = top + (16 + (len(lines) - 1) * 20) / 2 + 1 if wide else top + 24 + (len(lines) - 1) * 20
        x, end = at(step.start_day), at(step.end_day)
        if step.kind == "deferred":
            x, end = right - 46, right
        wide_enough = max(end - x, _BAR)
        x = min(x, right - wide_enough)
        kind = (
            "later"
            if step.kind == "deferred"
            else "mine"
            if step.who == SELF
            else "main"
            if step.critical
            else "beside"
        )
        bars.append(Bar(step.key, texts, _days(step, english), texts[0][1], x, bar_y, round(wide_enough, 1), kind))
        y = top + (max(len(lines) * 20, _LINE) if wide else len(lines) * 20 + _BAR + 6) + _GAP
    ticks = tuple((at(day), day) for day in _ticks(last))
    return Picture(width, round(y), left, right, tuple(bars), _links(steps, bars), ticks)


def _links(steps: list[PlanStep], bars: list[Bar]) -> tuple[Link, ...]:
    by_key = {bar.key: bar for bar in bars}
    critical = {step.key for step in steps if step.critical}
    found = []
    for step in steps:
        to = by_key[step.key]
        for key in step.after:
            if key not in by_key or by_key[key].y >= to.y:
                continue
            before = by_key[key]
            x, y = before.x + before.width - _BAR / 2, before.y + _BAR
            mid = to.y + _BAR / 2
            if to.x > x + 9:
                path, arrow = f"M{x} {y}V{mid}H{to.x - 6}", f"M{to.x} {mid}l-7 -4v8z"
            else:
                x = min(max(x, to.x + 4), to.x + to.width - 4)
                path, arrow = f"M{x} {y}V{to.y - 6}", f"M{x} {to.y}l-4 -7h8z"
            found.append(Link(path, arrow, step.key in critical and key in critical))
    # The way that the plan is as long as is drawn over the others.
    return tuple(sorted(found, key=lambda link: link.critical))


def _ticks(last: int) -> list[int]:
    each = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000) if last / n <= 6)
    return list(range(0, last + 1, each))


def _days(step: PlanStep, english: bool) -> str:
    if step.kind == "deferred":
        return f"by {step.end:%d %b}" if english else f"{step.end.month}月{step.end.day}日前"
    if step.end_day == step.start_day:
        return ("day " if english else "第") + str(step.start_day) + ("" if english else "天")
    span = f"{step.start_day}–{step.end_day}"
    return f"days {span}" if english else f"第{span}天"


def _wrapped(text: str, most: float) -> tuple[str, ...]:
    """At most two lines; what does not fit is in the words beside the picture."""
    lines, line, wide = [], "", 0.0
    for one in text:
        size = 0.55 if ord(one) < 0x2000 else 1.0
        if wide + size > most:
            lines.append(line)
            line, wide = "", 0.0
        line, wide = line + one, wide + size
    lines.append(line)
    if len(lines) > 2:
        lines = [lines[0], lines[1][:-1] + "…"]
    return tuple(part.strip() for part in lines)
