"""A rule that says no says it once, here: a stable code, a text for people in two languages, a pointer to the place,
and what to do next. Channels only dress a refusal; they never invent one."""

from typing import Any

import msgspec

from tongban.domain.text import Text


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong with what was given.

    ``pointer`` is a JSON pointer into the input (``/answers/phone``); empty when the whole is meant.
    """

    code: str
    text: Text
    pointer: str = ""
    advice: Text | None = None


class Refused(Exception):
    """The rulebook refuses an act. ``code`` is stable (docs/refusals.md lists all), ``facts`` name codes, never people."""

    def __init__(
        self,
        code: str,
        zh: str,
        en: str = "",
        *,
        pointer: str = "",
        advice: Text | None = None,
        problems: tuple[Problem, ...] = (),
        **facts: Any,
    ) -> None:
        told = "; ".join(f"{p.pointer} {p.text.zh}".strip() for p in problems[:20])
        super().__init__(f"{code}: {zh}{' — ' + told if told else ''}")
        self.code = code
        self.text = Text(zh, en)
        self.pointer = pointer
        self.advice = advice
        self.problems = problems or (Problem(code, self.text, pointer, advice),)
        self.facts = facts


class NotAllowed(Refused):
    """The actor lacks the power, the place or the reason. Channels answer 403, or 404 where knowing is already too much."""


class NotFound(Refused):
    """There is no such thing, or the actor may not know that there is."""


class Conflict(Refused):
    """The act was right when the page was opened and no longer is: somebody else was first."""
