"""How adapters speak and listen: bounded HTTP (time, size, no redirects), strict reading, and what every adapter does alike. What cannot be understood
is refused here and never passed on, for a wrong value in a form is worse than an empty one."""

import abc
import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import httpx
import msgspec

from tongban.domain.ports import (
    Checked,
    Finding,
    Given,
    Licence,
    Notice,
    NotThere,
    Purpose,
    Subject,
    Told,
    Unavailable,
    Value,
)
from tongban.domain.text import Text

T = TypeVar("T")

Line = Annotated[str, msgspec.Meta(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
"""A text of theirs: one line, no control characters, not longer than any field of a form."""

log = logging.getLogger("tongban.connectors")

LARGEST = 1_000_000  # bytes of an answer
LONGEST = 4.0  # seconds for one answer, however slowly it drips
_TIMEOUT = httpx.Timeout(connect=1.0, read=3.0, write=1.0, pool=1.0)

_NOT_UNDERSTOOD = Text(
    "对方系统的答复无法识别,未采用,请先收纸质材料", "The answer was not understood and not used; take the paper"
)
_SLOW = Text("对方系统没有按时答复,请先收纸质材料", "The department did not answer in time; please take the paper")
_DOWN = Text("对方系统连接不上,请先收纸质材料", "The department cannot be reached; please take the paper")
_REFUSED = Text("对方系统拒绝了这次查询,请先收纸质材料", "The department refused the question; please take the paper")
_NOT_OFFERED = Text(
    "该部门不提供这项核验,请收纸质材料", "The department does not offer this check; please take the paper"
)

NOT_OFFERED = Unavailable(_NOT_OFFERED, 0, "paper")


class NotUnderstood(Exception):
    """An answer that is not what the department's interface says. ``where`` names the place, never a value."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class _Status(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Wire:
    """A connection pool to one department. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={"Accept-Encoding": "identity"},
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=15.0),
            # Proxy variables of the shell must not reroute personal data; a redirect would be another system.
            trust_env=False,
            follow_redirects=False,
        )

    def post(self, path: str, body: object) -> bytes:
        """Send JSON and give back the bytes of a 200 answer; raises what ``listened`` knows."""
        return self._read("POST", path, content=msgspec.json.encode(body), headers={"Content-Type": "application/json"})

    def get(self, path: str, bearer: str = "") -> bytes:
        """The bytes of a 200 answer; ``bearer`` is a token that says who may have it."""
        return self._read("GET", path, headers={"Authorization": f"Bearer {bearer}"} if bearer else None)

    def form(self, path: str, fields: Mapping[str, str], user: tuple[str, str]) -> bytes:
        """Send a form as a client with its secret (HTTP Basic) and give back the bytes of a 200 answer."""
        return self._read("POST", path, data=dict(fields), auth=user)

    def _read(self, method: str, path: str, **what: Any) -> bytes:
        end = time.monotonic() + LONGEST
        with self._http.stream(method, path, **what) as answer:
            if answer.status_code != 200:
                raise _Status(answer.status_code)
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise NotUnderstood("a packed answer")
            parts, size = [], 0
            for part in answer.iter_bytes():
                size += len(part)
                if size > LARGEST:
                    raise NotUnderstood("answer too large")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("the answer drips")
                parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def listened(department: str, ask: Callable[[], T]) -> T | Unavailable:
    """Run one question; whatever goes wrong on the other side becomes an Unavailable that says so."""
    try:
        return ask()
    except (httpx.TimeoutException, httpx.PoolTimeout):
        return Unavailable(_SLOW, 10, "slow")
    except NotUnderstood as error:
        log.error("%s: answer refused: %s", department, error.where)
        return Unavailable(_NOT_UNDERSTOOD, 60, "not_understood")
    except _Status as error:
        log.error("%s: HTTP status %s", department, error.status)
        if 400 <= error.status < 500:
            return Unavailable(_REFUSED, 60, "refused")
        return Unavailable(_DOWN, 10, "down")
    except httpx.HTTPError:
        return Unavailable(_DOWN, 10, "down")


Known = tuple[bool, Mapping[str, Value]]


class Connected(abc.ABC):
    """What every adapter does alike, so that a department's own says only what its questions and its answers are. Implements
    ``tongban.domain.ports.Department``; ``now`` gives the moment put on what was answered."""

    source: str
    kinds: tuple[str, ...]
    checks: tuple[str, ...]

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    @abc.abstractmethod
    def _licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> tuple[Licence, ...]:
        """The licences of these kinds, all of which the department has; empty: it has none of this person."""

    @abc.abstractmethod
    def _checked(self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose) -> Known | None:
        """Whether one of its checks holds, and the values it knows with it; None: nothing on record."""

    @abc.abstractmethod
    def _noted(self, notice: Notice) -> str:
        """Bring a decision; their receipt number."""

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """See the port: only what the department has is asked for."""
        wanted = tuple(kind for kind in kinds if kind in self.kinds)
        if not wanted:
            return NotThere(self.source, self._now())

        def ask() -> Given | NotThere:
            found = self._licences(subject, wanted, purpose)
            return Given(found) if found else NotThere(self.source, self._now())

        return listened(self.source, ask)

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """See the port: what is known otherwise than it was said does not hold."""
        if what not in self.checks:
            return NOT_OFFERED

        def ask() -> Checked | NotThere:
            answer = self._checked(subject, what, values, purpose)
            if answer is None:
                return NotThere(self.source, self._now())
            holds, known = answer
            differ = differing(values, known)
            return Checked(what, holds and not differ, differ, known, self._now(), self.source)

        return listened(self.source, ask)

    def tell(self, notice: Notice) -> Told | Unavailable:
        """See the port."""
        return listened(self.source, lambda: Told(self._noted(notice), self.source))


def found(ask: Callable[[], object], name: Text) -> Finding:
    """What the self-check of a department says: how long one question took, or why it was not answered."""
    begin = time.perf_counter()
    answer = ask()
    millis = round((time.perf_counter() - begin) * 1000)
    if isinstance(answer, Unavailable):
        return Finding(False, answer.why, millis)
    return Finding(True, name, millis)


def read(raw: bytes, kind: type[T]) -> T:
    """Decode an answer into exactly this struct; raises NotUnderstood, with the place but without the value."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # msgspec puts the place after "at"; what stands before may repeat what was sent.
        place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else type(error).__name__
        raise NotUnderstood(place) from None


def same_person(subject: Subject, number: str, name: str) -> None:
    """Refuse an answer about somebody else. Who has no number yet (a newborn) is known by the case and the name alone."""
    if subject.number and number.upper() != subject.number.upper():
        raise NotUnderstood("another number than asked for")
    if name != subject.name:
        raise NotUnderstood("another name than asked for")


def day(text: str, where: str) -> date:
    """Read 8 digits (20260131) or an ISO date; NotUnderstood when there is no such day."""
    plain = text.replace("-", "") if len(text) == 10 and text[4] == text[7] == "-" else text
    if len(plain) != 8 or not (plain.isascii() and plain.isdigit()):
        raise NotUnderstood(where)
    try:
        read = date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    except ValueError:
        raise NotUnderstood(where) from None
    if not 1870 <= read.year <= 2200:
        raise NotUnderstood(where)
    return read


def end_day(text: str, where: str) -> date | None:
    """The same, or None for 长期 (no end)."""
    return None if text == "长期" else day(text, where)


def word(text: str, words: Mapping[str, str], where: str) -> str:
    """Translate one of their words; NotUnderstood for a word that is not in the table."""
    if text not in words:
        raise NotUnderstood(where)
    return words[text]


def division(text: str, where: str) -> str:
    """A 9-digit division code of street level."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()):
        raise NotUnderstood(where)
    return text


def money(text: str, where: str) -> str:
    """Yuan as decimal text with at most two decimals and no sign."""
    whole, dot, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 12) or (
        dot and not (len(rest) == 2 and rest.isascii() and rest.isdigit())
    ):
        raise NotUnderstood(where)
    return text


def differing(given: Mapping[str, Value], known: Mapping[str, Value]) -> tuple[str, ...]:
    """The elements given that the department knows otherwise; what it does not know is not a difference."""
    return tuple(sorted(code for code, value in given.items() if code in known and known[code] != value))
