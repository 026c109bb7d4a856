"""`tongban plan`: the plans of life events, composed from the files of the city: one of them with every reason, or the table
over all beside what was published. It needs no database."""

from collections import Counter
from collections.abc import Mapping

import click
from rich import box
from rich.console import Console
from rich.table import Table

from tongban.config.commands.catalog import _folder, _plain
from tongban.domain.life_event import SELF
from tongban.domain.plan import Plan, PlanPaper
from tongban.domain.plan_words import UNITS, Words
from tongban.domain.refusals import Refused
from tongban.registers.catalog import event_table
from tongban.registers.catalog.city import load
from tongban.registers.catalog.event_situations import prepared_on
from tongban.registers.catalog.event_table import Average, Line

_COLUMNS = (
    ("links", "环节"),
    ("forms", "表单"),
    ("fields", "填写项"),
    ("papers", "材料"),
    ("visits", "跑动"),
    ("days", "天数"),
)
_EVIDENCE = {
    "verbatim": "原文", "mixed": "部分", "inferred": "推断", "inference": "推断", "weak": "存疑", "reconstructed": "拟",
}  # fmt: skip
_STATES = {
    "credential": "电子证照", "check": "部门核对", "result": "前一事项的结果", "declaration": "承诺", "paper": "请带来(或上传)",
    "follow": "可以后补", "later": "随后置事项",
}  # fmt: skip
_ITEM_STATES = {
    "in": "办理", "maybe": "待定", "not_eligible": "不符合", "blocked": "要等前项",
    "not_applicable": "不涉及", "not_chosen": "没选",
}  # fmt: skip
_SOURCES = {
    "typed": "本人填写", "answered": "已回答", "register": "人口登记", "credential": "电子证照", "check": "部门核对",
    "result": "前一事项的结果", "fixed": "固定",
}  # fmt: skip


@click.group(help="Compose the plans of life events: one of them, or the table over all.")
def plan() -> None:
    """The group of plan commands."""


@plan.command()
@click.option("--city", default="", help="Folder under cities/; the configured one when not given.")
def table(city: str) -> None:
    """All life events, one by one and composed, with the averages beside those published."""
    console = Console()
    source = load(_folder(city))
    try:
        lines = event_table.lines(source)
    except Refused as refused:
        raise click.ClickException(refused.text.zh) from None
    shown = Table(title="一件事:逐项办 → 一次办", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown.add_column("一件事", min_width=18, overflow="fold")
    shown.add_column("事项", justify="right")
    for _, zh in _COLUMNS:
        shown.add_column(zh, justify="right", no_wrap=True)
    shown.add_column("依据", no_wrap=True)
    for line in lines:
        shown.add_row(*_cells(line))
    shown.add_section()
    for average in _averages(lines):
        changes = [average.changes.get(unit) for unit, _ in _COLUMNS]
        shown.add_row(
            average.name, str(average.events or ""), *("" if c is None else f"{c:+.0f}%" for c in changes), ""
        )
    for published in source.published.averages if source.published else ():
        changes = [published.changes.get(unit) for unit, _ in _COLUMNS]
        cells = ("" if change is None else f"{change:+d}%" for change in changes)
        shown.add_row(f"公布:{published.name.zh}", "", *cells, _EVIDENCE[published.evidence])
    console.print(shown)
    console.print(
        "数字都由事项和一件事的定义当场算出。* 没有代表情形,按什么都没回答、什么都不知道算。", highlight=False
    )
    console.print("依据:原文=公开来源写明,部分=部分写明,推断,存疑,拟=我们拟的。", highlight=False)


def _cells(line: Line) -> list[str]:
    name = line.event.name.zh if line.situation else f"{line.event.name.zh} *"
    pairs = (f"{getattr(line.before, unit)}→{getattr(line.after, unit)}" for unit, _ in _COLUMNS)
    return [f"{name} [dim]{line.event.code}[/]", str(line.before.items), *pairs, _EVIDENCE[line.event.evidence]]


def _averages(lines: list[Line]) -> list[Average]:
    found = []
    for year in sorted({line.event.year for line in lines if line.event.year}):
        lists = [line for line in lines if line.event.year and line.event.year <= year]
        found.append(event_table.average(f"平均:到{year}年", lists))
    return [*found, event_table.average("平均:全部", lines)]


@plan.command()
@click.argument("event")
@click.option("--situation", default="", help="Name of a situation file's `name`; the reference one when not given.")
@click.option("--why", is_flag=True, help="Every saving with its reason, not only how many.")
@click.option("--city", default="", help="Folder under cities/; the configured one when not given.")
def show(event: str, situation: str, why: bool, city: str) -> None:
    """One plan: items, papers, form, order and what is saved."""
    console = Console()
    source = load(_folder(city))
    try:
        made, name = event_table.plan_of(source, event, situation)
    except Refused as refused:
        raise click.ClickException(refused.text.zh) from None
    assert source.city is not None
    prepared = prepared_on(source.city, event, made.start)
    assert prepared is not None
    words = Words(prepared)
    people = {SELF: "本人", **{person.code: person.name.zh for person in prepared.event.people}}
    console.print(f"[bold]{_plain(prepared.event.name.zh)}[/] {event} · 情形:{_plain(name or '什么都没回答')}")
    _figures(console, made)
    _items(console, made, words)
    _papers(console, made, words, people)
    _form(console, made, words)
    _steps(console, made, words, {one.code: one.short.zh or one.name.zh for one in source.city.departments})
    _savings(console, made, words, why)


def _figures(console: Console, made: Plan) -> None:
    shown = Table()
    for zh in ("", "事项", *(zh for _, zh in _COLUMNS)):
        shown.add_column(zh, justify="right")
    for name, counts in (("逐项办", made.before), ("一次办", made.after)):
        shown.add_row(name, str(counts.items), *(str(getattr(counts, unit)) for unit, _ in _COLUMNS))
    console.print(shown)


def _items(console: Console, made: Plan, words: Words) -> None:
    for item in made.items:
        reasons = [failing.condition.text.zh for failing in item.failing]
        reasons += [words.elements[code].name.zh for code in item.asks if code in words.elements]
        told = f"({'、'.join(reasons)})" if reasons else ""
        state = f"[dim]{_ITEM_STATES[item.state]}[/]"
        console.print(
            f"  {state} {_plain(words.item(item.item).zh)}:{_plain(item.why.zh)}{_plain(told)}", highlight=False
        )


def _papers(console: Console, made: Plan, words: Words, people: dict[str, str]) -> None:
    shown = Table(title="材料(每份一次)")
    for zh in ("材料", "谁的", "怎么满足", "用于"):
        shown.add_column(zh, overflow="fold")
    for paper in made.papers:
        name = words.materials[paper.material].name.zh if paper.material in words.materials else paper.material
        used = "、".join(words.item(code).zh for code in paper.items)
        shown.add_row(_plain(name), people.get(paper.of, paper.of), _plain(_how(paper, words)), _plain(used))
    console.print(shown)


def _how(paper: PlanPaper, words: Words) -> str:
    told = _STATES[paper.state]
    if paper.state == "follow":
        itself = f",由“{words.item(paper.result_of).zh}”办出后自动补上" if paper.result_of else ""
        return f"{told}({paper.days}天内{itself})"
    if paper.result_of:
        return f"{told}:{words.item(paper.result_of).zh}"
    return told + (",看原件" if paper.original else "")


def _form(console: Console, made: Plan, words: Words) -> None:
    counts = Counter(field.source for field in made.form)
    told = ",".join(f"{_SOURCES[source]} {n}" for source, n in counts.most_common())
    console.print(f"一张表 {len(made.form)} 项:{told}", highlight=False)
    typed = [words.elements[field.element].name.zh for field in made.form if field.source in ("typed", "answered")]
    console.print(f"  要填:{_plain('、'.join(typed) or '没有')}", highlight=False)


def _steps(console: Console, made: Plan, words: Words, departments: Mapping[str, str]) -> None:
    shown = Table(
        title=f"先后({made.start} 起,{made.after.days} 个工作日,到 {made.end}{',暂定' if made.provisional else ''})"
    )
    for zh in ("", "步骤", "谁", "工作日", "在这之后"):
        shown.add_column(zh, overflow="fold")
    names = {"apply": "填一张表申请", "visit": "到场一次", "later": "领取或补交"}
    for step in made.steps:
        name = names.get(step.kind) or words.item(step.item).zh + (f":{step.text.zh}" if step.text else "")
        after = "、".join(names.get(key.partition("/")[0]) or words.item(key).zh for key in step.after)
        who = "本人" if step.who == SELF else departments.get(step.who, step.who)
        when = f"{step.start_day}–{step.end_day}" if step.end_day > step.start_day else str(step.start_day)
        shown.add_row("●" if step.critical else "", _plain(name), who, when, _plain(after))
    console.print(shown)
    for promise in made.deferred:
        told = f"后置:{words.item(promise.item).zh},{promise.until} 前办;逾期:{promise.deferral.consequence.zh}"
        console.print(_plain(told), highlight=False)
    for reaction in made.reactions:
        console.print(_plain(f"自动:{words.item(reaction.on).zh} → {reaction.why.zh}"), highlight=False)


def _savings(console: Console, made: Plan, words: Words, why: bool) -> None:
    if not why:
        counts: Counter[tuple[str, str]] = Counter()
        for saving in made.savings:
            counts[saving.unit, saving.because] += saving.count
        for (unit, because), n in counts.items():
            one = next(s for s in made.savings if (s.unit, s.because) == (unit, because))
            told = words.why(one).zh if not one.by else f"{words.why(one).zh} 等"
            console.print(f"  {UNITS[unit].zh} {-n:+d} {_plain(told)}", highlight=False)
        return
    for saving in made.savings:
        unit, item = UNITS[saving.unit].zh, words.item(saving.item).zh
        thing = ":".join(name for name in (item, words.thing(saving).zh) if name)
        told = f"{thing}——{words.why(saving).zh}" if thing else words.why(saving).zh
        console.print(f"  {unit} {-saving.count:+d} {_plain(told)}", highlight=False)
