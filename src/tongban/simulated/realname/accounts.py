"""The accounts of the pretended real-name service: what a resident proves who they are with, and the lock after wrong tries. A face
is no way in here: the other ways are enough, and a picture of somebody is easily had."""

import hmac
import secrets
import threading
from time import time

import msgspec

from tongban.simulated.card_reader import Reader
from tongban.simulated.city import City
from tongban.simulated.resident import Resident

# Public, like the people: made for a demo on one machine.
PASSWORD, PIN = "any-counter-1-trip", "246810"
WRONG_MOST, LOCKED_SECONDS = 5, 15 * 60
CODE_SECONDS, COUNTER_SECONDS = 5 * 60, 24 * 3600
# Letters and digits that nobody mistakes for one another when they are read out or written down.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Locked(Exception):
    """Too many wrong tries on this account; ``minutes`` until the next."""

    def __init__(self, minutes: int) -> None:
        super().__init__(str(minutes))
        self.minutes = minutes


class _Code(msgspec.Struct):
    code: str
    until: float


class Accounts:
    """Passwords, one-time codes, cards and codes of counters. Safe to use from many threads."""

    def __init__(self, city: City, reader: Reader) -> None:
        self._city, self._reader, self._lock = city, reader, threading.Lock()
        self._wrong: dict[str, list[float]] = {}
        self._sent: dict[str, _Code] = {}
        self._issued: dict[str, _Code] = {}
        self._by_phone = {r.phone: r for r in reversed(city.residents)}

    def who(self, typed: str) -> Resident | None:
        """The resident of a citizen number or a telephone, however it was typed."""
        plain = "".join(typed.split()).upper()
        return self._city.by_number.get(plain) or self._by_phone.get(plain)

    def password(self, typed: str, password: str) -> Resident | None:
        """The first of two steps: the right password sends a code to the telephone. Locked; None when something is wrong."""
        found = self.who(typed)
        right = self._try(
            _account(typed, found), found is not None and hmac.compare_digest(password.encode(), PASSWORD.encode())
        )
        if not right or found is None:
            return None
        with self._lock:
            self._sent[found.number] = _Code(f"{secrets.randbelow(1_000_000):06d}", time() + CODE_SECONDS)
        return found

    def one_time(self, number: str, code: str) -> Resident | None:
        """The second step: the code that was sent, once."""
        return self._once(self._sent, number, code)

    def card(self, pin: str) -> Resident | None:
        """The card that lies on the reader of this machine, and its PIN: a found card alone opens nothing."""
        card = self._reader.read()["card"]
        found = self._city.by_number.get(card["number"]) if card else None
        if found is None:
            return None
        return found if self._try(found.number, hmac.compare_digest(pin.encode(), PIN.encode())) else None

    def counter(self, typed: str, code: str) -> Resident | None:
        """A code that a counter issued to the person who stood there, once, within a day."""
        found = self.who(typed)
        return self._once(
            self._issued, found.number if found else typed, "".join(code.split()).upper().replace("-", "")
        )

    def issue(self, number: str, name: str) -> _Code | None:
        """A code for a person whom a counter has before it; an earlier one ends. None when there is no such person."""
        if self._city.find(number, name) is None:
            return None
        made = _Code("".join(secrets.choice(LETTERS) for _ in range(10)), time() + COUNTER_SECONDS)
        with self._lock:
            self._issued[number] = made
        return made

    def on_phone(self, typed: str) -> str:
        """What stands on the telephone of a resident: the last code sent, while it holds (the pretended telephone)."""
        found = self.who(typed)
        with self._lock:
            sent = self._sent.get(found.number) if found else None
        return sent.code if sent and sent.until > time() else ""

    def _once(self, kept: dict[str, _Code], number: str, code: str) -> Resident | None:
        with self._lock:
            one = kept.get(number)
        good = one is not None and one.until > time() and hmac.compare_digest(code.encode(), one.code.encode())
        if not self._try(number, good):
            return None
        with self._lock:
            # Two who send the same code at the same moment: one of them.
            if kept.pop(number, None) is not one:
                return None
        return self._city.by_number.get(number)

    def _try(self, account: str, right: bool) -> bool:
        """Count a wrong try of an account, also of one that does not exist, so that nobody learns which do."""
        now = time()
        with self._lock:
            wrong = [t for t in self._wrong.get(account, ()) if t > now - LOCKED_SECONDS]
            if len(wrong) >= WRONG_MOST:
                raise Locked(max(1, round((wrong[0] + LOCKED_SECONDS - now) / 60)))
            self._wrong[account] = [] if right else [*wrong, now]
        return right


def _account(typed: str, found: Resident | None) -> str:
    return found.number if found else "".join(typed.split()).upper()[:40]
