"""The state of the pretended city while it runs: who lives there, how each department behaves today, what it was told."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from time import time
from typing import Any

import msgspec

from tongban.simulated.resident import Resident

DEPARTMENTS = ("gongan", "minzheng", "renshe", "yibao", "weijian")
MODES = ("normal", "slow", "down", "wrong")
WRONGS = ("other_person", "unknown_field", "not_json", "types", "impossible_date", "cut_short", "huge")
TOLD_KEPT = 10_000
SHANGHAI = timezone(timedelta(hours=8))


class Behaviour(msgspec.Struct, forbid_unknown_fields=True):
    """How a department behaves: ``mode`` of MODES, ``seconds`` it takes when slow, ``kind`` of WRONGS ("" = in turn)."""

    mode: str = "normal"
    seconds: float = 8.0
    kind: str = ""

    def __post_init__(self) -> None:
        if self.mode not in MODES or (self.kind and self.kind not in WRONGS) or not 0 <= self.seconds <= 600:
            raise ValueError(f"mode is one of {MODES}, kind one of {WRONGS}, seconds 0-600")


class City:
    """Residents by number, behaviour and notices by department. Safe to use from many threads."""

    def __init__(self, residents: tuple[Resident, ...]) -> None:
        self.by_number = {r.number: r for r in residents}
        self.residents = residents
        self.behaviours = {code: Behaviour() for code in DEPARTMENTS}
        self.told: dict[str, OrderedDict[str, Any]] = {code: OrderedDict() for code in DEPARTMENTS}
        # Department -> (citizen number, document or account) that it froze, sealed or ended.
        self.stopped: dict[str, set[tuple[str, str]]] = {code: set() for code in DEPARTMENTS}
        self.asked = dict.fromkeys(DEPARTMENTS, 0)
        self.lock = threading.Lock()

    def find(self, number: object, name: object) -> Resident | None:
        """The resident when number and name belong together; departments answer nothing for a number alone."""
        found = self.by_number.get(number) if isinstance(number, str) else None
        return found if found is not None and found.name == name else None

    def named(self, name: str) -> Resident | None:
        """The first resident of this name (for the card reader)."""
        return next((r for r in self.residents if r.name == name), None)

    def take(self, department: str, key: str, notice: Any, who: object = "", values: object = None) -> str:
        """Keep a notice once, do what it asks for (freeze, seal, end, lift), and give the receipt number, the same one when it
        comes again."""
        with self.lock:
            kept = self.told[department]
            if key not in kept:
                self._act(self.stopped[department], str(who), values if isinstance(values, dict) else {})
                kept[key] = {"receipt": f"{department.upper()}{len(kept) + 1:08d}", "notice": notice}
                while len(kept) > TOLD_KEPT:
                    kept.popitem(last=False)
            receipt: str = kept[key]["receipt"]
            return receipt

    def granted(self, department: str, case_key: str, case: object) -> dict[str, Any] | None:
        """What this department was told of a case that was granted: from then on it holds the result."""
        with self.lock:
            notices = [one["notice"] for one in self.told[department].values() if one["notice"].get(case_key) == case]
        values = (one.get("values") or {} for one in notices)
        return next((v for v in values if str(v.get("outcome", "")).startswith("granted")), None) if case else None

    def frozen(self, department: str, number: object) -> set[str]:
        """The documents of a person that this department froze or ended."""
        with self.lock:
            return {what for who, what in self.stopped[department] if who == number}

    @staticmethod
    def _act(stopped: set[tuple[str, str]], who: str, values: dict[str, Any]) -> None:
        thing = who, str(values.get("credential") or values.get("account") or "")
        if values.get("act") in ("freeze", "seal", "end"):
            stopped.add(thing)
        elif values.get("act") == "lift":
            stopped.discard(thing)

    def turn(self, department: str) -> int:
        """Count a question and give its running number."""
        with self.lock:
            self.asked[department] += 1
            return self.asked[department]


Answers = dict[str, Callable[[City, Any], dict[str, Any]]]
"""Path of a department's system -> what answers there, from the body of the question."""


class Bad(Exception):
    """A question this department does not accept; answered with 400."""


def must(body: Any, *keys: str) -> tuple[Any, ...]:
    """The values of these keys; Bad when one is missing or empty."""
    if not isinstance(body, dict):
        raise Bad("an object is expected")
    for key in keys:
        if not body.get(key):
            raise Bad(f"{key} is missing")
    return tuple(body[key] for key in keys)


def moment() -> datetime:
    """The present moment on a wall in Shanghai."""
    return datetime.fromtimestamp(time(), UTC).astimezone(SHANGHAI)


def stamp() -> str:
    """The moment as 14 digits, as older systems write it."""
    return f"{moment():%Y%m%d%H%M%S}"
