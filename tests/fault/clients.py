"""Machines that go on whatever happens: each sends acts with keys, and sends each again with the same key until it has an answer
(and sometimes once more). What they were told is what the city must keep."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from typing import Any

from tongban.domain.check_digits import mod_11_2

ANSWERS = {
    "ethnic": "汉族", "phone": "13800138000", "hukou_kind": "shanghai", "hukou_division": "310110009",
    "hukou_address": "四平路1号", "residence_division": "310112101", "residence_address": "莘庄镇1号", "card_bank": "icbc",
}  # fmt: skip
# A paper that may follow: after the decision it can still be added, again and again, so a lost key would show as a second fact.
BROUGHT = {
    "item": "jinglaoka",
    "answers": ANSWERS,
    "papers": [{"material": "id_card"}],
    "follow": ["tax_statement"],
    "how": "card",
}
# Longest that one act may take from its first send to its answer, restarts included, on whatever machine.
PATIENCE = 240.0


def person(n: int) -> dict[str, str]:
    """One of a few synthetic people of eighty, so that several clients meet the same person."""
    base = f"31011019480312{n % 7:03d}"
    return {"name": "沈桂芳", "number": base + mod_11_2(base)}


class Client(threading.Thread):
    """One machine. ``told`` is key -> what it was answered; ``faults`` is what must not happen."""

    def __init__(self, name: str, port: int, token: str, seed: int) -> None:
        super().__init__(name=name, daemon=True)
        self.port, self.token, self.random = port, token, random.Random(f"{seed}:{name}")
        self.received: dict[str, str] = {}
        self.decided: dict[str, str] = {}
        self.added: dict[str, str] = {}
        self.faults: list[str] = []
        self.sends = self.resends = self.answered = 0
        self.longest = 0.0
        self.statuses: Counter[int] = Counter()
        self.stop = threading.Event()
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        n = 0
        while not self.stop.is_set() and not self.faults:
            n += 1
            try:
                self._one(f"{self.name}-{n}", n)
            except Exception as error:
                self.faults.append(f"{self.name}-{n}: {type(error).__name__} {error}")

    def _one(self, name: str, n: int) -> None:
        receipt = self._act(f"r-{name}", "/cases", BROUGHT | {"applicant": person(n)}, 201)
        number = receipt["number"]
        self.received[f"r-{name}"] = number
        self._act(f"d-{name}", f"/cases/{number}/decide", {"granted": True, "note": "同意"}, 200)
        self.decided[f"d-{name}"] = number
        self._act(f"p-{name}", f"/cases/{number}/papers", {"papers": [{"material": "tax_statement"}]}, 200)
        self.added[f"p-{name}"] = number

    def _act(self, key: str, path: str, body: Any, good: int) -> Any:
        begin, first = time.monotonic(), None
        more = self.random.random() < 0.25
        while True:
            status, answer = self._send(key, path, body)
            self.statuses[status] += 1
            if status == good:
                if first is not None and answer != first:
                    raise AssertionError(f"{key}: two answers: {first} and {answer}")
                if first is not None or not more:
                    break
                first = answer
            elif 400 <= status < 500 and status != 429:
                raise AssertionError(f"{key}: {status} {answer}")
            else:
                assert time.monotonic() - begin < PATIENCE, f"{key}: no answer in {PATIENCE} s (last {status} {answer})"
                time.sleep(0.05)
            self.resends += 1
        self.answered += 1
        self.longest = max(self.longest, time.monotonic() - begin)
        return answer

    def _send(self, key: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and body; 0 when the connection broke or nobody was there."""
        self.sends += 1
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            self.connection.request(
                "POST", f"/api/v1{path}", json.dumps(body).encode(),
                {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key},
            )  # fmt: skip
            answer = self.connection.getresponse()
            raw = answer.read()
            return answer.status, json.loads(raw or b"null")
        except (OSError, http.client.HTTPException, ValueError) as why:
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return 0, str(why)
