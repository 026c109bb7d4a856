"""What the departments of the pretended city know of one synthetic resident."""

import zlib
from datetime import date

import msgspec


class Permit(msgspec.Struct, frozen=True):
    """A residence permit (居住证) of a person whose hukou is elsewhere."""

    number: str
    since: date
    until: date


class Marriage(msgspec.Struct, frozen=True):
    """A registered marriage; ``number`` of the certificate."""

    number: str
    on: date
    office: str


class Job(msgspec.Struct, frozen=True):
    """A registered employment; ``place`` 9-digit division of the work place, ``wage`` yuan a month as decimal text."""

    employer: str
    credit_code: str
    place: str
    since: date
    wage: str


class Pension(msgspec.Struct, frozen=True):
    """A pension in payment: ``kind`` employee or resident, yuan a month as decimal text."""

    kind: str
    monthly: str
    since: date


class Insurance(msgspec.Struct, frozen=True):
    """Medical insurance: ``kind`` employee or resident; ``active`` false when payment stopped."""

    number: str
    kind: str
    active: bool
    since: date


class Relief(msgspec.Struct, frozen=True):
    """Relief in payment: ``kind`` 最低生活保障, 低收入困难家庭 or 特困供养."""

    number: str
    kind: str
    monthly: str
    since: date
    until: date


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """One synthetic person. Relatives are citizen numbers; places are 9-digit divisions of Shanghai, "" elsewhere.

    ``hukou_since`` None = since birth; ``savings`` yuan as decimal text.
    """

    number: str
    name: str
    sex: str
    birth: date
    nation: str = "汉"
    card_from: date
    card_until: date | None
    hukou_place: str
    hukou_address: str
    hukou_book: str
    hukou_since: date | None = None
    relation: str = "户主"
    residence_place: str
    residence_address: str
    permit: Permit | None = None
    marital: str = "未婚"
    spouse: str = ""
    marriage: Marriage | None = None
    father: str = ""
    mother: str = ""
    children: tuple[str, ...] = ()
    birth_licence: str = ""
    job: Job | None = None
    pension: Pension | None = None
    insurance: Insurance | None = None
    relief: Relief | None = None
    savings: str = "20000.00"
    convicted: bool = False

    @property
    def phone(self) -> str:
        """The mobile number left with the departments: of one block that no person has, always the same for a resident."""
        return f"1380013{zlib.crc32(self.number.encode()) % 10_000:04d}"
