"""Between the rows of the credentials register and what the rulebook reads: one sealed body, bound to its holder, kind and
number, and compared with the columns beside it, so that a changed expiry date or a state turned back is found."""

import datetime as dt
import uuid
from collections.abc import Mapping

import msgspec

from tongban.domain.credential import Credential, State
from tongban.domain.person import index_key
from tongban.domain.ports import Licence, Value
from tongban.plumbing import crypto


class Held(Credential, frozen=True, forbid_unknown_fields=True):
    """A credential of the register: the rulebook's, with what it says (element code -> value) and who said so: ``source`` is
    a department code or ``case:<number>``."""

    fields: Mapping[str, Value] = {}
    source: str = ""

    @classmethod
    def of(cls, holder: str, licence: Licence) -> "Held":
        """A licence as a department handed it over."""
        return cls(
            licence.kind, licence.number, holder, licence.issued, licence.valid_until, "valid", licence.grade,
            licence.source, licence.as_of, licence.fields, licence.source,
        )  # fmt: skip


# What the rulebook is told of a row: a licence the department no longer gives, or stopped because of what happened to its holder,
# is one it does not vouch for.
STATES: dict[str, State] = {"valid": "valid", "gone": "unknown", "stopped": "unknown", "revoked": "revoked"}


def number_index(kind: str, number: str) -> bytes:
    """The index of a number within its kind, however it was typed."""
    return crypto.blind(f"{kind}:{index_key('number', number)}", field="credentials.number")


def _place(holder: str, kind: str, blind: bytes, state: str) -> bytes:
    # Whether it was revoked is bound in; going and coming back is the department's word and changes too often for that.
    mark = ":revoked" if state == "revoked" else ""
    return f"credentials.credential:{holder}:{kind}:{blind.hex()}{mark}".encode()


def seal_held(held: Held) -> bytes:
    """Seal a credential for its row."""
    place = _place(held.holder, held.kind, number_index(held.kind, held.number), held.state)
    return crypto.seal(msgspec.msgpack.encode(held), context=place)


COLUMNS = "holder, kind, number_blind, body, valid_until, state, source, as_of"


def open_held(
    holder: uuid.UUID, kind: str, blind: bytes, body: bytes, valid_until: dt.date | None, state: str, source: str,
    as_of: dt.datetime,
) -> Held:  # fmt: skip
    """Open a row (COLUMNS). Raises crypto.Tampered when the body or a column beside it was changed."""
    place = _place(str(holder), kind, bytes(blind), state)
    held = msgspec.msgpack.decode(crypto.open_(body, place), type=Held)
    if (held.valid_until, held.source, held.as_of) != (valid_until, source, as_of):
        raise crypto.Tampered(f"{place.decode()}: the columns beside the body were changed")
    return msgspec.structs.replace(held, state=STATES[state])
