"""告知短信: what a person must know of a case is sent to the telephone or the mailbox left with it, after the act and outside of any
transaction, once for each fact. The text names no item and nobody: a telephone lies on tables. Where it was sent to stays unwritten."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from tongban.domain import facts
from tongban.domain.actor import SYSTEM, Actor
from tongban.domain.ports import Message, Unavailable
from tongban.domain.text import Text
from tongban.plumbing import outside, sockets
from tongban.plumbing.jobs import TryAgain
from tongban.plumbing.tx import current, flow
from tongban.registers.cases import queries as cases
from tongban.registers.cases.queries import Found
from tongban.registers.people import queries as people

SOURCE = "messages"

SAID: dict[str, Text] = {
    "correction_asked": Text("有内容需要补正，请在 {until} 前到网上“我的事”或任一中心补正", "Please correct it by {until}, online or at any center"),
    "not_accepted": Text("不予受理，理由见“我的事”或告知书", "It was not accepted; the reason is under “My matters”"),
    "decided": Text("已经办结，结果见“我的事”", "It is decided; see “My matters”"),
    "revoked": Text("原决定已被撤销，理由见“我的事”", "The decision was revoked; see “My matters”"),
}  # fmt: skip


@flow("message.sent")
def sent(actor: Actor, number: str, n: int, ways: tuple[str, ...], *, at: dt.datetime, key: str = "") -> None:
    """Write down that the person was told, and by which ways; never where."""
    found = cases.get(number)
    current().about(case=number, person=found.case.applicant if found else "", fact=n, ways=list(ways))


def notify(number: str, n: int, at: dt.datetime) -> None:
    """Tell the person, and who acts for them, of entry ``n``; TryAgain while the gateway does not answer."""
    found = cases.get(number)
    entry = next((e for e in cases.log(number) if e.n == n), None) if found else None
    if found is None or entry is None or facts.kind(entry.fact) not in SAID:
        return
    said = _text(number, entry.fact)
    messages = [Message(f"{number}-{n}-{place}", way, to, said) for place, (way, to) in enumerate(_whom(found), 1)]
    if not messages:
        return
    port = sockets.plugged().messages()
    answers = outside.ask({f"{SOURCE}:{m.id}": partial(port.send, m) for m in messages}, budget=10.0)
    late = [a for a in answers.values() if isinstance(a, Unavailable)]
    if late:
        raise TryAgain(f"{SOURCE}: {late[0].code}")
    sent(SYSTEM, number, n, tuple(m.way for m in messages), at=at, key=f"message:{number}:{n}")


def _text(number: str, fact: facts.Body) -> str:
    until = getattr(fact, "until", None)
    said = SAID[facts.kind(fact)].zh.format(until=until.isoformat() if until else "")
    return f"【全市通办】您的办件 {number} {said}。咨询 962200"


def _whom(found: Found) -> Iterator[tuple[Any, str]]:
    """Telephone and mailbox that were left with the case, else those that are known; each once."""
    case, seen = found.case, set[str]()
    answers = msgspec.json.decode(cases.beside(case.number, case.answers) or b"{}")
    persons = [one for one in (case.applicant, case.agent) if one]
    known = people.known_of(persons)
    for person, before in zip(persons, ("", "agent_"), strict=False):
        for element, way in (("phone", "sms"), ("email", "mail")):
            held = known.get(person, {}).get(element)
            to = str(answers.get(before + element) or (held.value if held else ""))
            if to and to not in seen:
                seen.add(to)
                yield way, to
