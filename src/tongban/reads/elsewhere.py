"""Cases that are held on another node: where, and up to when the copy here is complete; what was asked of the holder from here
and what came of it; what the city answered. A copy may be late and personal data is not beside it, so a page says so."""

import datetime as dt

import msgspec

from tongban.domain.text import Text
from tongban.exchange import queries
from tongban.plumbing import here
from tongban.reads import acts

# What is known of nothing: no word was ever heard.
_NEVER = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)


class Held(msgspec.Struct, frozen=True):
    """Which node holds a case. ``here`` False: this is a copy, complete up to ``as_of`` (null: nothing was heard of that node
    yet); what is personal lies where the case is held."""

    here: bool = True
    node: str = ""
    name: Text = Text("")
    as_of: dt.datetime | None = None


class Asked(msgspec.Struct, frozen=True):
    """An act (``what``) that was asked of the holder from here: ``state`` is waiting, done or refused; then ``text`` says why.
    ``item`` is the part of a life event that it is about (empty: a case, or the whole event)."""

    what: str
    act: Text
    node: Text
    at: dt.datetime
    state: str
    code: str
    text: Text
    answered_at: dt.datetime | None
    item: str = ""


def held(center: str) -> Held:
    """Where a case is that this center holds."""
    if here.hosts(center):
        return Held()
    node = here.nodes().by_code[here.nodes().host(center)]
    # Of a center hosted elsewhere the moment comes from what was heard, never from our clock.
    moment = queries.as_of(center, _NEVER)
    return Held(False, node.code, node.name, moment if moment > _NEVER else None)


def asked(number: str) -> tuple[Asked, ...]:
    """What was asked of the holder of this case from here, newest first. Who may see the case may see this."""
    return tuple(
        Asked(
            one.act,
            acts.word(one.act),
            node_name(one.to_node),
            one.at,
            one.state,
            one.code,
            one.text,
            one.answered_at,
            one.item,
        )
        for one in queries.asked_about(number)
    )


def node_name(code: str) -> Text:
    """What a node is called; its code when the layout does not know it."""
    node = here.nodes().by_code.get(code)
    return node.name if node else Text(code)


def found_by_city(question: str) -> tuple[str, ...] | None:
    """The numbers of the cases that the city found, whose copies are here now; None while it has not answered."""
    answer = queries.answer_to(question)
    return answer.numbers if answer else None
