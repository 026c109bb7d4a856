"""事项: the catalog, in the element names of the national exchange tables where one item is meant."""

from typing import Annotated, Any

import msgspec
from ninja import Query, Router

from tongban.channels.openapi import national, question
from tongban.channels.openapi.national import ItemRecord
from tongban.channels.openapi.parameters import Cursor, ItemCode, Limit, Version, Word
from tongban.channels.openapi.wire import Call, read
from tongban.domain.text import Text
from tongban.reads import items, leaflet
from tongban.reads.items import ItemPage, VersionLine
from tongban.reads.leaflet import Found, Leaflet

router = Router(tags=["items"])
Words = Annotated[str, Query(min_length=1, max_length=100, description="Name, everyday words, pinyin, initials, code")]


class Question(msgspec.Struct, frozen=True):
    """The form of an item: ``schema`` is a JSON Schema (2020-12) of the answers; codes of elements are its properties."""

    item: str
    version: int
    name: Text
    schema: dict[str, Any]


@read(router, "/items")
def list_items(
    call: Call, department: Word = "", topic: Word = "", receivable: bool | None = None, cursor: Cursor = "",
    limit: Limit = 50,
) -> ItemPage:  # fmt: skip
    """事项列表: all items valid today, in order of code"""
    return items.page(
        call.actor,
        department=department,
        topic=topic,
        receivable=receivable,
        cursor=cursor,
        limit=limit,
        today=call.today,
    )


@read(router, "/items/search")
def search_items(call: Call, q: Words, limit: Limit = 20) -> tuple[Found, ...]:
    """搜索事项: find items by name, everyday words (俗称), pinyin or its initials, department or code; best first"""
    return leaflet.search(q, today=call.today, most=limit)


@read(router, "/items/{code}")
def show_item(call: Call, code: ItemCode, version: Version = 0) -> ItemRecord:
    """事项要素: one item as the national exchange tables name it

    taskName, promiseDay, acceptCondition, handleArea, limitSceneNum …; a version other than today's by its number."""
    return national.record(items.one(call.actor, code, version=version, today=call.today))


@read(router, "/items/{code}/versions")
def list_versions(call: Call, code: ItemCode) -> tuple[VersionLine, ...]:
    """事项版本: the versions of an item, oldest first; what is published never changes"""
    return items.versions(call.actor, code, today=call.today)


@read(router, "/items/{code}/guide")
def show_guide(call: Call, code: ItemCode) -> Leaflet:
    """办事指南: who may, what to bring, where, how long, what it costs, by which law"""
    return leaflet.leaflet(code, today=call.today)


@read(router, "/items/{code}/form")
def show_form(call: Call, code: ItemCode, version: Version = 0) -> Question:
    """事项表单: the questions of an item as a JSON Schema of its `answers`"""
    found, fields = items.form(call.actor, code, version=version, today=call.today)
    return Question(found.code, found.version, found.name, question.schema(found, fields))
