"""Prints an item version as a guide (who, what to bring, where, how long, cost, law) and the changes between two."""

from collections.abc import Callable, Mapping

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from tongban.domain.element import Element
from tongban.domain.item import HANDLING_NAMES, HOME_NAMES, SCOPE_NAMES, Department, ItemVersion
from tongban.domain.material import Alternative, CredentialKind, MaterialKind
from tongban.domain.refusals import NotFound
from tongban.domain.wording import describe
from tongban.registers.catalog.changes import changes
from tongban.registers.catalog.city import Source


class Shelf(msgspec.Struct, frozen=True):
    """Where versions and registries are read from: what is published, or the files."""

    find: Callable[[str, int], ItemVersion]
    elements: Mapping[str, Element]
    materials: Mapping[str, MaterialKind]
    credentials: Mapping[str, CredentialKind]
    departments: Mapping[str, Department]


def published() -> Shelf:
    """The shelf of what is published; needs the database."""
    from tongban.config.commands import setup_django

    setup_django()
    from tongban.plumbing import clock
    from tongban.registers.catalog import queries

    def find(code: str, number: int) -> ItemVersion:
        return queries.version(code, number) if number else queries.current(code, clock.today())

    return Shelf(find, queries.elements(), queries.materials(), queries.credential_kinds(), queries.departments())


def drafts(source: Source) -> Shelf:
    """The shelf of the files as they are."""
    city = source.city
    if city is None:
        raise NotFound(
            "catalog.unreadable", "目录文件读不了,请先运行 tongban catalog check", "The files cannot be read"
        )

    def find(code: str, number: int) -> ItemVersion:
        found = [v for v in city.versions if v.code == code and number in (0, v.version)]
        if not found:
            raise NotFound("catalog.no_item", f"文件里没有事项“{code}”或该版本,或它有错误", "There is no such item")
        return found[-1]

    return Shelf(
        find,
        {one.code: one for one in city.elements},
        {one.code: one for one in city.materials},
        {one.code: one for one in city.credentials},
        {one.code: one for one in city.departments},
    )


def print_changes(console: Console, shelf: Shelf, item: str, a: int, b: int) -> None:
    """Print what changed from version a to version b."""
    old, new = shelf.find(item, a), shelf.find(item, b)
    table = Table(title=f"{old.name.zh}:第 {a} 版 → 第 {b} 版", expand=True)
    for name, ratio in (("哪一处", 3), ("原来", 5), ("现在", 5)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for change in changes(old, new, shelf.elements):
        table.add_row(escape(change.path), escape(change.before), escape(change.after))
    console.print(table if table.row_count else "两版内容相同")


def print_item(console: Console, shelf: Shelf, item: str, number: int) -> None:
    """Print a version as a guide."""
    version = shelf.find(item, number)
    owner = shelf.departments.get(version.item.department)
    line = f"{version.code} · 第 {version.version} 版 · {version.valid_from:%Y-%m-%d} 起 · {owner.name.zh if owner else version.item.department}"
    console.print(
        Panel(f"[bold]{escape(version.name.zh)}[/]  {escape(version.name.en)}\n{line}\n{escape(version.summary.zh)}")
    )
    if not version.receivable:
        console.print("[yellow]本事项目前只列指南,窗口还不能收件[/]")
    rows = Table(show_header=False, box=None, padding=(0, 2, 1, 0))
    rows.add_column(style="cyan", no_wrap=True)
    rows.add_column(overflow="fold")
    for title, lines in _sections(version, shelf):
        if lines:
            rows.add_row(title, escape("\n".join(lines)))
    console.print(rows)


def _sections(version: ItemVersion, shelf: Shelf) -> list[tuple[str, list[str]]]:
    return [
        ("谁能办", _conditions(version, shelf)),
        ("带什么", _papers(version, shelf)),
        ("填什么", _fields(version, shelf)),
        ("到哪办", _where(version)),
        ("怎么办", [f"{i}. {step.text.zh}" for i, step in enumerate(version.process, 1)]),
        ("多久", _time(version)),
        ("跑几趟", [f"{version.visits.count} 次{f'({version.visits.reason.zh})' if version.visits.reason else ''}"]),
        ("费用", [f"{f.item.zh} {f.amount} 元" for f in version.fee or ()] or ["不收费"]),
        ("得到什么", [result.name.zh for result in version.results]),
        ("依据", [law.cite() for law in version.law]),
        ("电话", [f"咨询 {version.phones.enquiry} · 投诉 {version.phones.complaint}"] if version.phones.enquiry else []),
        ("俗称", ["、".join(version.item.aliases)] if version.item.aliases else []),
        ("内容来源", [version.evidence]),
    ]  # fmt: skip


def _conditions(version: ItemVersion, shelf: Shelf) -> list[str]:
    lines = []
    for condition in version.conditions:
        law = version.law_of(condition.law)
        how = f"〔{describe(condition.test, shelf.elements).zh}〕" if condition.test else "〔由工作人员判断〕"
        lines.append(f"·{condition.text.zh} {how}{' 依据' + law.cite() if law else ''}")
    return lines


def _papers(version: ItemVersion, shelf: Shelf) -> list[str]:
    lines = []
    for paper in version.papers:
        kind = shelf.materials.get(paper.material)
        marks = [
            "关键" if paper.key else "",
            "原件" if paper.original else "",
            f"复印件 {paper.copies} 份" if paper.copies else "",
        ]
        if paper.tolerated_days:
            marks.append(f"可在 {paper.tolerated_days} 天内补交")
        when = f";仅当{describe(paper.when, shelf.elements).zh}" if paper.when else ""
        ways = [way for a in (kind.satisfied_by if kind else ()) if (way := _way(a, shelf))]
        free = f";也可:{'、'.join(ways)}" if ways else ""
        lines.append(f"·{kind.name.zh if kind else paper.material}({','.join(m for m in marks if m)}{when}{free})")
    return lines


def _way(way: Alternative, shelf: Shelf) -> str:
    if way.credential:
        kind = shelf.credentials.get(way.credential)
        return f"调取电子证照“{kind.name.zh if kind else way.credential}”"
    if way.check:
        owner = shelf.departments.get(way.department)
        return f"向{owner.name.zh if owner else way.department}核验"
    if way.result:
        return f"事项“{way.result}”的结果"
    return "告知承诺" if way.declaration else ""


def _fields(version: ItemVersion, shelf: Shelf) -> list[str]:
    names = []
    for field in version.fields:
        element = shelf.elements.get(field.element)
        names.append((element.name.zh if element else field.element) + ("" if field.required else "(选填)"))
    return ["、".join(names)] if names else []


def _where(version: ItemVersion) -> list[str]:
    basis = f",按{HOME_NAMES[version.home].zh}" if version.home else ""
    return [f"{SCOPE_NAMES[version.scope].zh}{basis}"]


def _time(version: ItemVersion) -> list[str]:
    limits = version.limits
    if version.handling == "on_the_spot":
        return ["即办件:当场办结"]
    kind = HANDLING_NAMES[version.handling].zh
    return [
        f"{kind}:承诺 {limits.promised_days} 个工作日(法定 {limits.legal_days} 个工作日),受理 {limits.accept_days} 个工作日内"
    ]
