"""One letter of every kind, with values that never change: what other nodes can rely on. Run as a program it writes the files of the
current version, which is only right for a version that no node runs yet."""

import datetime as dt

import msgspec

from tongban.domain import chain, facts
from tongban.domain.consent import Mandate
from tongban.domain.person import Identity
from tongban.domain.text import Text
from tongban.exchange import letters, schemas
from tongban.exchange.letters import Letter

AT = dt.datetime(2026, 9, 1, 2, 0, tzinfo=dt.UTC)
NUMBER = "3101070152609010000010"
PERSON, AGENT = "8e9c1c1a-7d1f-8a44-9a57-0d3c5c2f6b11", "1b4de0f2-02c5-8e36-b1a3-c4b8f2f4a920"
OPENED = chain.append(
    NUMBER, (0, b""), AT, "staff:1",
    facts.Opened(
        on=dt.date(2026, 9, 1), item="dishouru_zhengming", version=1, receiving="310107015", handling="310110009",
        applicant=PERSON, agent=AGENT, mandate="m-1", channel="window", answers="ab" * 32,
        papers=(facts.PaperMark("id_card", "upload", "C", "cd" * 32),),
        follow=(facts.FollowUp("income_proof", dt.date(2026, 9, 11)),), hand_over="received",
    ),
)  # fmt: skip
MOVED = chain.append(
    NUMBER, (1, OPENED.hash), AT, "staff:1", facts.HandedOver(on=dt.date(2026, 9, 1), to="310110009", reason="home")
)
ENTRIES = (letters.logged(OPENED), letters.logged(MOVED))
DRAFT = "01a20000000070008000000000000002"
FILE = letters.FileHere("cd" * 32, 300_000)

BODIES: tuple[letters.Body, ...] = (
    letters.Facts(NUMBER, ENTRIES, "4F7K2P"),
    letters.Dossier(
        NUMBER, ENTRIES, "4F7K2P", (letters.Kept("answers", "ab" * 32, b"salt" * 4 + b"{}"),),
        (letters.PersonHere(PERSON, Identity("citizen", "沈桂芳", "310110194803120284", dt.date(1948, 3, 12), "female")),),
        letters.MandateHere("m-1", Mandate(PERSON, AGENT, "written", dt.date(2026, 9, 1), dt.date(2027, 8, 31), all_items=True)),
        (FILE,),
    ),
    letters.EventLog(NUMBER, "4F7K2P", ENTRIES),
    letters.Piece("cd" * 32, 300_000, 1, 2, b"\x00\x01\x02"),
    letters.Request(
        "0123456789abcdef0123456789abcdef", "case.withdraw", NUMBER, "putuo",
        letters.Asker("staff", "staff:1", "310107015", (PERSON, AGENT)), {"number": NUMBER, "reason": "不办了"}, (FILE,),
    ),
    letters.Outcome("0123456789abcdef0123456789abcdef", NUMBER, False, "case.changed", Text("办件已有新进展", "It has moved on")),
    letters.Question("0123456789abcdef0123456789abcdef", NUMBER, "4F7K2P"),
    letters.Answer(
        "0123456789abcdef0123456789abcdef", (NUMBER,), AT,
        (letters.DraftHere(DRAFT, "event", "birth", "310107015", AT, "putuo", 1),),
    ),
    letters.DraftLies(DRAFT, PERSON, "event", "birth", "310107015", AT, "putuo", 1, "310107015260901000002H"),
    letters.DraftWanted(DRAFT, PERSON, "item", "yangpu", 2),
    letters.DraftMoves(
        DRAFT, PERSON, "item", "jinglaoka", "310107015", "staff:1", AT, 3, 2, b"{}", 1, AGENT, (FILE,)
    ),
    letters.Publication(
        "01a20000-0000-7000-8000-000000000001", "ef" * 32, AT, "system:clock", "up", "{}",
        (letters.Version("jinglaoka", 1, dt.date(2026, 1, 1), "aa" * 32, "{}"),),
    ),
    letters.ItemOpen("jinglaoka", False, "系统升级", AT, "staff:2"),
    letters.Again(NUMBER, 3),
    letters.Recall(AT),
    letters.Recalled(12, AT),
    letters.Status(
        AT, 3, "ef" * 32, (letters.Position("letters", 7),), (letters.Position("files", 2),),
        (letters.Position("letters", 7),), 3, "0.2.0",
    ),
)  # fmt: skip
LETTERS = {letters.kind(body): Letter("fedcba9876543210fedcba9876543210", AT, body) for body in BODIES}


def write() -> None:
    """Write schema and samples of the current version."""
    schemas.schema_file(letters.SCHEMA).write_bytes(schemas.schema_now())
    found = {kind: msgspec.json.decode(letters.encode(letter)) for kind, letter in sorted(LETTERS.items())}
    text = msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"
    schemas.samples_file(letters.SCHEMA).write_bytes(text)


if __name__ == "__main__":
    write()
