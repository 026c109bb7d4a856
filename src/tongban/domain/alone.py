"""An item by itself, applied for online, is a life event of one item: the same questions, plan, form, papers and check, the same draft
on every device, one child. Whoever wrote the item wrote nothing more for it."""

from tongban.domain.item import ItemVersion
from tongban.domain.life_event import EventItem, LifeEvent, Question
from tongban.domain.text import Text

PREFIX = "item-"
_WHY = Text("您要办的事项", "What you apply for")
_ASKED = Text("决定能不能办、要填什么、交什么", "It decides whether you may have it, and what is asked for")


def code_of(item: str) -> str:
    """How an item by itself is called among life events; no life event has a dash in its code."""
    return f"{PREFIX}{item}"


def may_start(version: ItemVersion) -> bool:
    """Whether a resident may begin this item online by itself."""
    return version.receivable and "resident" in version.channels and version.item.audience == "person"


def event_of(version: ItemVersion) -> LifeEvent:
    """The life event of this one item. What its conditions, fields and papers hang on is asked first, one by one."""
    tests = (
        *(c.test for c in version.conditions),
        *(f.when for f in version.fields),
        *(p.when for p in version.papers),
    )
    asked = dict.fromkeys(code for test in tests if test is not None for code in test.elements())
    return LifeEvent(
        code=code_of(version.code), name=version.name, lead=version.item.department, summary=version.summary,
        items=(EventItem(version.code, _WHY),), aliases=version.item.aliases, audience=version.item.audience,
        topics=version.item.topics, valid_from=version.valid_from,
        questions=tuple(Question(element, _ASKED) for element in asked), delivery=version.delivery,
        channels=("resident",) if may_start(version) else (), fully_online=version.fully_online, phones=version.phones,
        evidence=version.evidence, sources=version.sources, note=version.note,
    )  # fmt: skip
