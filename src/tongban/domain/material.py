"""Materials (the kinds) and the papers handed in: what each material of an item is satisfied by, what may still follow
and until when. An e-licence that was fetched is never demanded on paper, and a key paper is never missing by promise."""

from typing import Literal

import msgspec

from tongban.domain.element import Evidence
from tongban.domain.text import Text

MaterialType = Literal["licence", "form", "statement", "proof", "photo"]
PaperForm = Literal["original", "copy"]


class Alternative(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way to satisfy a material; exactly one of credential, check (of a department), result, declaration, paper."""

    credential: str = ""
    check: str = ""
    department: str = ""
    result: str = ""
    declaration: str = ""
    paper: PaperForm | None = None
    note: Text | None = None


class MaterialKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of material, known city-wide: who issues it and what satisfies it, in order of preference."""

    code: str
    name: Text
    kind: MaterialType
    source: Text
    satisfied_by: tuple[Alternative, ...] = ()
    sample: Text | None = None
    note: Text | None = None
    evidence: Evidence = "reconstructed"


class CredentialKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of electronic licence: directory code, issuing department, the elements it carries, days it is valid."""

    code: str
    name: Text
    issuer: str
    type_code: str = ""
    fields: tuple[str, ...] = ()
    valid_days: int | None = None
    note: Text | None = None
    evidence: Evidence = "reconstructed"
