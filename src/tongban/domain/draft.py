"""A draft, of an item or of a life event: what was typed and is not handed in yet. It has a revision, so that of two devices the later
one is told; it becomes one case at most."""

import uuid

import msgspec

from tongban.domain.refusals import Conflict, NotFound


class Draft(msgspec.Struct, frozen=True):
    """A saved draft: its id and revision; send the revision with the next save."""

    id: str
    rev: int


def parse_id(given: str) -> uuid.UUID:
    """The id of a draft. NotFound ``draft.not_found`` when it is none."""
    try:
        return uuid.UUID(given)
    except ValueError:
        raise missing() from None


def missing() -> NotFound:
    """There is no such draft of this person."""
    return NotFound("draft.not_found", "没有找到这份草稿", "No such draft", pointer="/draft")


def newer() -> Conflict:
    """Somebody saved it in between."""
    return Conflict(
        "draft.newer",
        "这份草稿刚在另一处保存过,请载入最新内容后再改",
        "This draft was just saved elsewhere: load the newest first",
        pointer="/rev",
    )


def used(number: str) -> Conflict:
    """It was handed in before, under this number."""
    return Conflict(
        "draft.used",
        f"这份草稿已经收件,办件编号{number},不会重复收件",
        f"This draft was received already as {number}; nothing was received twice",
        pointer="/draft",
        number=number,
    )
