"""一次性告知单: all that an item still needs of this person, on one sheet, before there is a case. What a department can give is not
on it, and what may follow says until when."""

import datetime as dt

from django.conf import settings

from tongban.domain.actor import Actor
from tongban.domain.text import Text
from tongban.flows import access
from tongban.plumbing import clock
from tongban.reads.checklist import ItemPage
from tongban.reads.checklist_papers import PaperView
from tongban.reads.paper import Paper, Row, Table
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people


def paper(actor: Actor, visit_id: str, page: ItemPage, *, at: dt.datetime) -> Paper:
    """The sheet for the person of this visit; their name on it is a look that is written down."""
    visit = access.visit(actor, visit_id)
    access.person(actor, reason=f"打印一次性告知单:{page.version.name.zh}", visit_id=visit_id, at=at)
    center = catalog.places().center(visit.center)
    phones = page.version.phones
    conditions = tuple((c.text.zh, c.law) for c in page.conditions if c.state == "fails")
    tables = [
        Table(Text("还需要的材料", "Papers still needed"), _HEADS, tuple(_row(p) for p in page.papers if _missing(p))),
        Table(Text("还需要说明的内容", "Still to be told"), (Text("内容", "What"),), _fields(page)),
        Table(Text("目前不符合的条件", "Conditions that do not hold"), (Text("条件", "Condition"), Text("依据", "Law")), conditions),
    ]  # fmt: skip
    return Paper(
        kind="once_told", center=center.name.zh, made_on=f"{at.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}",
        link=f"{settings.PUBLIC_URL}/guide/{page.version.code}", link_text=Text("扫码查看办事指南", "Scan for the guide"),
        lead=("以下是办理此事项还需要的全部内容,一次告知。备齐后可到全市任何一个社区事务受理服务中心办理,不必回到本窗口。",),
        rows=(
            Row(Text("申请人", "Applicant"), people.identity(visit.applicant).name),
            Row(Text("事项", "Item"), page.version.name.zh, True),
            Row(Text("告知日期", "Told on"), f"{clock.city_date(at):%Y-%m-%d}"),
        ),
        tables=tuple(t for t in tables if t.rows),
        notes=(
            "已由部门数据满足的材料不再收取;已知的信息不用再填。",
            f"咨询 {phones.enquiry};投诉 {phones.complaint}",
        ),
        signatures=(Text("告知人", "Told by"), Text("申请人(代办人)", "Applicant or agent")),
    )  # fmt: skip


_HEADS = (Text("材料", "Paper"), Text("要求", "How"), Text("说明", "Note"))


def _missing(line: PaperView) -> bool:
    return line.state in ("missing", "unknown", "follow")


def _row(line: PaperView) -> tuple[str, str, str]:
    how = "、".join(o.name.zh for o in line.offers if o.way != "follow") or "原件"
    copies = f",复印件{line.copies}份" if line.copies else ""
    until = next((o.name.zh for o in line.offers if o.way == "follow"), "")
    return line.name.zh, how.replace("已核对", "").replace("已收", "") + copies, until or line.note.zh


def _fields(page: ItemPage) -> tuple[tuple[str], ...]:
    wrong = {p.pointer for p in page.problems}
    return tuple((f.element.name.zh,) for f in page.fields if f"/answers/{f.element.code}" in wrong)
