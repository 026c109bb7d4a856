"""The pretended identity-card reader of a window: put a resident's card on it, read it, take it away."""

import threading
from typing import Any

from tongban.simulated.city import Bad, City
from tongban.simulated.resident import Resident


class Reader:
    """One device; the card lies on it until it is taken away."""

    def __init__(self, city: City) -> None:
        self._city, self._lock = city, threading.Lock()
        self._card: Resident | None = None

    def insert(self, body: Any) -> dict[str, Any]:
        """Put on the card of the resident with this ``number`` or ``name``; an empty object takes the card away."""
        if not isinstance(body, dict) or set(body) - {"number", "name"}:
            raise Bad("give number or name")
        wanted = body.get("number") or body.get("name") or ""
        card = (self._city.by_number.get(wanted) or self._city.named(wanted)) if isinstance(wanted, str) else None
        if wanted and card is None:
            raise Bad("nobody of this number or name lives in the pretended city")
        with self._lock:
            self._card = card
        return {"state": "card" if card else "empty"}

    def read(self) -> dict[str, Any]:
        """What the chip says; dates as 8 digits, sex and nation as words, 长期 for no end."""
        with self._lock:
            r = self._card
        if r is None:
            return {"state": "empty", "card": None}
        card = {
            "name": r.name,
            "sex": "男" if r.sex == "male" else "女",
            "nation": r.nation,
            "birth": f"{r.birth:%Y%m%d}",
            "address": r.hukou_address,
            "number": r.number,
            "validFrom": f"{r.card_from:%Y%m%d}",
            "validTo": f"{r.card_until:%Y%m%d}" if r.card_until else "长期",
        }
        return {"state": "card", "card": card}
