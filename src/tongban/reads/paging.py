"""Pages by cursor: where the last row was, not how many came before, so the hundredth page costs what the first does."""

import base64
import binascii
from typing import Any

import msgspec

from tongban.domain.refusals import Refused


def pack(*place: Any) -> str:
    """A cursor that a client carries unread."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def unpack(cursor: str, kind: type[tuple[Any, ...]] | Any) -> Any:
    """The place in a cursor, or Refused when somebody made it up."""
    try:
        told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        # A NUL can stand in JSON and in no database.
        if b"\\u0000" in told:
            raise ValueError("NUL")
        return msgspec.json.decode(told, type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Refused(
            "page.cursor", "翻页位置无效,请从第一页开始", "Not a cursor: begin at the first page", pointer="/cursor"
        ) from None
