"""Names of places for screens: codes are for machines, people read 长寿路街道 or 杨浦区."""

from tongban.channels.shared.language import tell
from tongban.reads import who


def place_name(code: str) -> str:
    """The name of a center (9 digits) or division in the language of the page; the code itself when it is not known."""
    return tell(who.place(code))
