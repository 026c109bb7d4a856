"""How a department answers wrongly: each kind has happened to somebody. The adapters must refuse every one of them."""

import json
from typing import Any

from tongban.simulated.city import WRONGS

OTHER = ("310101199001010015", "某某某")


def spoil(answer: dict[str, Any], asked: Any, kind: str, turn: int) -> bytes:
    """The answer's bytes, spoilt in the way ``kind`` (of WRONGS; "" = by turns)."""
    kind = kind or WRONGS[turn % len(WRONGS)]
    good = json.dumps(answer, ensure_ascii=False).encode()
    if kind == "not_json":
        return b"<html><body>nginx</body></html>"
    if kind == "cut_short":
        return good[: len(good) // 2]
    if kind == "huge":
        return json.dumps({**answer, "padding": "x" * 3_000_000}).encode()
    if kind == "types":
        return json.dumps(_each(answer, lambda s: [s])).encode()
    if kind == "impossible_date":
        return json.dumps(_each(answer, _no_such_day), ensure_ascii=False).encode()
    if kind == "other_person":
        spoilt = _each(answer, lambda s: OTHER[0] if s in _numbers(asked) else s)
        if spoilt != answer:
            return json.dumps(spoilt, ensure_ascii=False).encode()
    return json.dumps({**answer, "NEWFIELD": "?"}, ensure_ascii=False).encode()


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {k: _each(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [_each(v, change) for v in value]
    return change(value) if isinstance(value, str) else value


def _no_such_day(text: str) -> Any:
    if len(text) in (8, 14, 17) and text.isdigit():
        return text[:4] + "0230" + text[8:]
    return text[:4] + "-02-30" + text[10:] if text[4:5] == "-" and text[7:8] == "-" else text


def _numbers(value: Any) -> set[str]:
    found: set[str] = set()
    _each(value, lambda s: found.add(s) if len(s) == 18 and s[:17].isdigit() else None)
    return found
