"""Names of places for screens: codes are for machines, people read 长寿路街道 or 杨浦区."""

from tongban.channels.shared.language import say, tell
from tongban.domain.refusals import NotFound
from tongban.registers.catalog import queries


def place_name(code: str) -> str:
    """The name of a center (9 digits) or division in the language of the page; the code itself when it is not known."""
    if code == "310000":
        return say("全市", "The whole city")
    try:
        places = queries.places()
    except NotFound:
        # No catalog is published yet: the door must open all the same.
        return code
    found = places.centers.get(code) or places.divisions.get(code)
    return tell(found.name) if found else code
