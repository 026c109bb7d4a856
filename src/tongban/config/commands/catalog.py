"""`tongban catalog`: check a city's files, publish them, show an item as the guide a resident would read. Checking needs no
database, so that whoever edits a file can do it anywhere."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from tongban.registers.catalog import lint, situations
from tongban.registers.catalog.city import Source, load
from tongban.registers.catalog.files import Note

_WORDS = {"error": "[red]错误[/]", "warning": "[yellow]提醒[/]"}


@click.group(help="Check, publish or show the city's items.")
def catalog() -> None:
    """The group of catalog commands."""


def _folder(city: str) -> Path:
    from tongban.config.settings.base import CITY_FOLDER

    folder = CITY_FOLDER.parent / city if city else CITY_FOLDER
    if not (folder / "places.yaml").is_file():
        raise click.ClickException(f"没有找到城市“{folder.name}”的数据:{folder}/places.yaml")
    return folder.resolve()


def _checked(city: str, console: Console) -> tuple[Source, list[Note]]:
    folder = _folder(city)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        task = progress.add_task("读取目录…")
        source = load(folder, lambda file: progress.update(task, description=f"读取 {file}"))
        progress.update(task, description="检查事项…")
        notes = lint.check(source)
        progress.update(task, description="试办情形…")
        notes += situations.run(source)
    return source, notes


def _tell(source: Source, notes: list[Note], console: Console, most: int) -> int:
    """Print the messages and a summary; return the number of errors."""
    errors = sum(note.severity == "error" for note in notes)
    if notes:
        table = Table(show_lines=False, expand=True)
        for name, ratio in (("级别", 1), ("哪里", 5), ("什么问题", 7), ("怎么改", 6)):
            table.add_column(name, ratio=ratio, overflow="fold", no_wrap=name == "级别", min_width=4)
        for note in sorted(notes, key=lambda n: (n.severity != "error", n.file, n.line))[:most]:
            where = f"{note.file}:{note.line}" if note.line else note.file
            table.add_row(
                _WORDS[note.severity], f"{where}\n[dim]{_plain(note.path)}[/]", _plain(note.what), _plain(note.mend)
            )
        console.print(table)
        if len(notes) > most:
            console.print(f"另有 {len(notes) - most} 条未显示(用 --most 调整)")
    city = source.city
    if city is not None:
        receivable = len({v.code for v in city.versions if v.receivable})
        console.print(
            f"事项 {len(city.items)} 个(可收件 {receivable} 个),版本 {len(city.versions)} 个;数据元 {len(city.elements)},"
            f"材料 {len(city.materials)},证照 {len(city.credentials)},部门 {len(city.departments)},"
            f"中心 {len(city.places.centers)};一件事 {len(city.events)} 个;"
            f"情形 {len(source.situations) + len(source.event_situations)} 份"
        )
    console.print(f"[red]{errors} 处错误[/],{len(notes) - errors} 条提醒" if notes else "[green]没有发现问题[/]")
    return errors


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


@catalog.command()
@click.option("--city", default="", help="Folder under cities/; the configured one when not given.")
@click.option("--most", default=200, show_default=True, help="Show at most so many messages.")
def check(city: str, most: int) -> None:
    """Validate all files, lints and situations; exit code 1 on errors."""
    console = Console()
    source, notes = _checked(city, console)
    sys.exit(1 if _tell(source, notes, console, most) else 0)


@catalog.command()
@click.option("--city", default="", help="Folder under cities/; the configured one when not given.")
@click.option("--note", default="", help="Why: kept with the publication.")
def publish(city: str, note: str) -> None:
    """Publish the files as dated immutable versions; running versions stay. The same content again changes nothing."""
    from tongban.config.commands import setup_django

    console = Console()
    source, notes = _checked(city, console)
    if any(n.severity == "error" for n in notes):
        _tell(source, notes, console, 200)
        sys.exit(1)
    setup_django()
    from tongban.domain.actor import SYSTEM
    from tongban.domain.refusals import Refused
    from tongban.flows import publish as flow
    from tongban.plumbing import clock

    try:
        publication = flow.publish(SYSTEM, source, at=clock.now(), note=note)
    except Refused as refused:
        for problem in refused.problems:
            console.print(f"[red]{_plain(problem.text.zh)}[/]")
        console.print(_plain(refused.text.zh))
        sys.exit(1)
    new = f"新版本 {len(publication.new)} 个" if publication.new else "没有新版本"
    console.print(
        f"[green]已发布[/] {publication.published_at:%Y-%m-%d %H:%M:%S%z} 摘要 {publication.digest[:16]}… {new}"
    )


@catalog.command()
@click.argument("item")
@click.option("--version", "number", type=int, default=0, help="A version; today's when not given.")
@click.option("--diff", nargs=2, type=int, default=None, metavar="A B", help="What changed from version A to B.")
@click.option("--draft", is_flag=True, help="Show the files, not what is published.")
@click.option("--city", default="", help="With --draft: folder under cities/.")
def show(item: str, number: int, diff: tuple[int, int] | None, draft: bool, city: str) -> None:
    """Print an item as a guide, or what changed between two versions."""
    from tongban.config.commands import guide
    from tongban.domain.refusals import Refused

    console = Console()
    try:
        shelf = guide.drafts(load(_folder(city))) if draft else guide.published()
        if diff:
            guide.print_changes(console, shelf, item, *diff)
        else:
            guide.print_item(console, shelf, item, number)
    except Refused as refused:
        raise click.ClickException(refused.text.zh) from None
