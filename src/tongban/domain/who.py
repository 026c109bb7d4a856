"""Who somebody is stands as an authority or a counter said it, whatever is typed: one rule for the form of an item, the one form of a life
event and a correction. All else is the person's to say, and the clerk's to put right."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Protocol

from tongban.domain.element import Element
from tongban.domain.form import canonical
from tongban.domain.refusals import Refused


class KnownLike(Protocol):
    """What the city knows of a person: values by element, and for which of them an authority (grade A) or a counter (B) vouches."""

    @property
    def values(self) -> Mapping[str, Any]: ...

    @property
    def vouched(self) -> frozenset[str]: ...


def stands(elements: Mapping[str, Element], known: KnownLike, today: dt.date) -> frozenset[str]:
    """The elements that say who somebody is and were said by an authority or a counter: nobody types them. One whose value cannot be
    read as it is (a department speaks in other words) says nothing, and the person is asked.

    Of several who said it the most trusted counts, then the newest (registers/people). So what is wrong is put right where it was
    said: the card is read anew, or the clerk begins the visit with the right document; and not on the form of one item.
    """
    return frozenset(
        code for code in known.vouched if code in elements and code in known.values
        and is_who(elements[code]) and _readable(elements[code], known.values[code], today)
    )  # fmt: skip


def as_said(
    typed: Mapping[str, Any], elements: Mapping[str, Element], known: KnownLike, today: dt.date
) -> dict[str, Any]:
    """What was typed, without what is not for anybody to type: what ``stands`` stands, and nothing else is kept.

    It is not refused. What was typed before anybody had said it lies in drafts and in forms that were handed in, and no page asks for
    it any more: a refusal would point to a field that cannot be mended. Whoever forges a form gets what the page showed them: the
    authority's value. And the parts that begin in a month, when nobody is there to be refused, are judged by the same rule.
    """
    settled = stands(elements, known, today)
    return {code: value for code, value in typed.items() if code not in settled}


def corrected(
    before: Mapping[str, Any], typed: Mapping[str, Any], asked: Collection[str], elements: Mapping[str, Element],
    known: KnownLike, today: dt.date,
) -> dict[str, Any]:  # fmt: skip
    """What a correction changes: not what the case has as an authority says it, unless the center that handles it ``asked`` for just
    that. Where the case says otherwise (the name was typed wrong, or is another person's) it may be mended."""
    settled = (stands(elements, known, today) & before.keys()) - set(asked)
    right = {code for code in settled if _same(elements[code], before[code], known.values[code], today)}
    return {code: value for code, value in typed.items() if code not in right}


def not_typed(elements: Mapping[str, Element], asked: Collection[str]) -> frozenset[str]:
    """What a page that asks for ``asked`` takes from nobody: who somebody is, where the page does not ask for it."""
    return frozenset(code for code, element in elements.items() if is_who(element) and code not in asked)


def is_who(element: Element) -> bool:
    """Whether an element says who the applicant is: it is theirs, and never changes from one matter to the next."""
    return element.group == "applicant" and element.reuse == "always"


def _same(element: Element, one: Any, other: Any, today: dt.date) -> bool:
    """Whether both are one value. What no longer reads as this element (a catalog since changed) is not the same."""
    return _readable(element, one, today) and canonical(element, one, today) == canonical(element, other, today)


def _readable(element: Element, value: Any, today: dt.date) -> bool:
    try:
        return canonical(element, value, today) not in (None, "")
    except Refused:
        return False
