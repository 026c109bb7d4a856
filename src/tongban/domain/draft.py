"""A draft, of an item or of a life event: what was typed and is not handed in yet. It has a revision, so that of two devices the later
one is told; it becomes one case at most. It lies at one node and moves to the one that serves the person, counting its moves, so that
of two words about it every node believes the same one."""

import uuid
from typing import Literal

import msgspec

from tongban.domain.refusals import Conflict, NotFound
from tongban.domain.text import Text

Kind = Literal["item", "event"]
"""What a draft is of."""


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


class Lies(msgspec.Struct, frozen=True):
    """Where a draft lies as far as somebody knows: its node (empty: nowhere any more), how often it has moved, and the number under
    which it was handed in (empty: it was not)."""

    node: str
    moves: int = 0
    number: str = ""


def away(where: str, name: Text) -> Conflict:
    """It has moved to another node, to a counter that serves the person; what is on the page is fetched back with it."""
    return Conflict(
        "draft.away",
        f"这份草稿已转到{name.zh}继续办理,请取回后再改,本页填写的内容还在",
        f"This draft has moved to {name.en or name.zh}: fetch it back first; what was typed on this page is still there",
        pointer="/draft",
        node=where,
    )


def scans_coming() -> Conflict:
    """It came from another node, and not all of its scans are here."""
    return Conflict(
        "draft.scans_coming",
        "草稿中的扫描件还在从原来的系统传来,请稍候再提交",
        "Scans of this draft are still on their way here: wait a moment, then submit",
        pointer="/papers",
    )


Answer = Literal["give", "on", "used", "none", "wait"]
"""What a node does that is asked for a draft: give it away, send the question on to where the draft went, say that it was handed in or
that there is none, or wait for the letters that are ahead of it."""


def asked_for(mine: Lies | None, here: str, by: str, moves: int, *, late: bool = False) -> Answer:
    """What becomes of the question of node ``by`` for a draft that was last known to lie here after so many ``moves``. Asked twice, it
    is given twice, as the same move; ``late``: what is ahead of the question has had its time to come."""
    if mine is None:
        # Moved here as far as others know, and not yet come; or forgotten here.
        return "wait" if moves and not late else "none"
    if mine.number:
        return "used"
    if mine.moves < moves:
        return "none" if late else "wait"
    return "give" if mine.node in (here, by) else "on"


def comes(mine: Lies | None, moves: int) -> bool:
    """Whether a draft that comes with its so-many-th move is news; twice or late it changes nothing, and one that was handed in never
    comes back."""
    return mine is None or (not mine.number and moves > mine.moves)


Word = Literal["believe", "known", "older"]


def heard(known: Lies | None, told: Lies, sender: str) -> Word:
    """What the city makes of a node's word about a draft. A node speaks of what lies with it; a later move is believed over an earlier
    one, and that a draft was handed in or is no more only from where it lies."""
    if told.node not in (sender, ""):
        return "known"
    if known is None:
        return "believe" if told.node else "known"
    if known.number:
        return "known"
    if told.moves < known.moves:
        return "older"
    if told.moves > known.moves:
        return "believe" if told.node else "known"
    return "believe" if known.node == sender else "known"
