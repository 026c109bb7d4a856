"""What the city asks of a department's system, in three questions, and of the identity-card reader, in one. Adapters in
``connectors/`` answer them; a paper twin answers them too, so that no rule above ever depends on a machine being there.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from tongban.domain.refusals import Refused
from tongban.domain.text import Text

Value = str | int | bool | tuple[str, ...]
"""A value of an element as a form holds it: text; ISO date; money as decimal text in yuan; whole number; yes/no."""

Grade = Literal["A", "B", "C", "D"]
"""Trust (国办函〔2016〕108号): A issued by the authority, B seen at a counter, C uploaded, D declared by the person."""

Why = Literal["slow", "down", "busy", "resting", "not_understood", "refused", "paper"]


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person asked about: citizen number (GB 11643, 18 characters; empty for a newborn, who is found by the case that the
    purpose names) and full name."""

    number: str
    name: str


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why somebody looks: ``about`` names the case or visit, ``item`` the service item, ``actor`` is an ``Actor.ref``.

    Raises Refused ``purpose.missing`` when any but the item is empty: nobody is looked up for no reason.
    """

    about: str
    item: str
    reason: str
    actor: str

    def __post_init__(self) -> None:
        for name in ("about", "reason", "actor"):
            if not getattr(self, name).strip():
                raise Refused(
                    "purpose.missing",
                    "查询个人信息必须注明办件(或接待)、理由和经办人,请补充后再查",
                    "A look-up of a person needs a case or visit, a reason and who asks",
                    pointer=f"/purpose/{name}",
                )


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One e-licence or known record, in our words: ``kind`` is a credential kind, ``fields`` element code -> value.

    ``valid_until`` None = no end; ``as_of`` is when the department said so; ``source`` the department's code.
    """

    kind: str
    number: str
    fields: Mapping[str, Value]
    issued: date | None
    valid_until: date | None
    as_of: datetime
    source: str
    grade: Grade = "A"


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The department answered and holds these; a kind that was asked for and is missing here does not exist there."""

    items: tuple[Licence, ...]


class NotThere(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The department answered: it holds nothing of what was asked. Not the same as not having answered."""

    source: str
    as_of: datetime


class Unavailable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No answer that can be used; the counter goes on with paper. ``retry_after`` in seconds, 0 = do not wait for it.

    ``code``: slow, down (the department), busy, resting (our own protection), not_understood (the answer is refused),
    refused (they will not answer us), paper (a person answers).
    """

    why: Text
    retry_after: int = 0
    code: Why = "down"


class Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a check: does it hold, which of the given values differ, and what the department knows instead."""

    what: str
    holds: bool
    differing: tuple[str, ...]
    fields: Mapping[str, Value]
    as_of: datetime
    source: str
    grade: Grade = "A"


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision or result a department must hear of. ``id`` makes telling twice harmless."""

    id: str
    case: str
    item: str
    event: str
    at: datetime
    subject: Subject
    values: Mapping[str, Value] = msgspec.field(default_factory=dict)


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The department has taken note; ``reference`` is its own number for it."""

    reference: str
    source: str


class Department(Protocol):
    """A department's system. No method raises for what happens on the other side: that is an ``Unavailable``."""

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """The e-licences and known data of a person, of these credential kinds; kinds it does not issue are skipped."""
        ...

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """Whether ``what`` holds for the person and the given values (element code -> value) agree with the records."""
        ...

    def tell(self, notice: Notice) -> Told | Unavailable:
        """Bring a decision or result; safe to repeat with the same id."""
        ...


class CardRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an identity card says. ``sex`` male/female; ``nation`` e.g. 汉; ``valid_until`` None = 长期 (no end)."""

    name: str
    number: str
    sex: Literal["male", "female"]
    nation: str
    birth: date
    address: str
    valid_from: date
    valid_until: date | None


class CardReader(Protocol):
    """The identity-card reader at a window."""

    def read(self) -> CardRead | NotThere | Unavailable:
        """The card lying on the reader; NotThere when none does; Unavailable when the device does not answer."""
        ...


class WayIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to the real-name service: the address a browser is sent to, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


class Vouched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who somebody is, by the real-name service: number, name, how it was proven (RFC 8176) and when."""

    number: str
    name: str
    kind: Literal["citizen", "hmt", "foreigner", "passport"]
    methods: tuple[str, ...]
    at: datetime


class CounterCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code with which a person signs in once, and the moment at which it ends."""

    code: str
    until: datetime


class RealName(Protocol):
    """The city's real-name service."""

    def way(self, back: str) -> WayIn | Unavailable:
        """Where to send a browser that shall come back to the address ``back``."""
        ...

    def who(self, code: str, way: WayIn, back: str) -> Vouched | Unavailable:
        """Who came back with this code on this way. What does not fit it is refused: that is an Unavailable, too."""
        ...

    def counter_code(self, subject: Subject, purpose: Purpose) -> CounterCode | NotThere | Unavailable:
        """A code for a person whom a counter has before it; NotThere when the service does not know them."""
        ...


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message to a person: by which way, to which number or address. ``id`` makes sending twice harmless."""

    id: str
    way: Literal["sms", "mail"]
    to: str
    text: str


class Messages(Protocol):
    """The city's gateway for outgoing messages."""

    def send(self, message: Message) -> Told | Unavailable:
        """Send it; safe to repeat with the same id."""
        ...


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a self-check of a connector found; ``millis`` is how long the answer took."""

    ok: bool
    text: Text
    millis: int = 0
