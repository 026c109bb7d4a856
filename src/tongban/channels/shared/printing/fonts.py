"""The fonts of printed papers, and what to do with a character that none of them has: it is printed as its code point in
brackets, never as an empty box, because a name that is silently wrong on a paper is a wrong paper.

Noto Sans CJK (from a locked package) has all of the basic block, extension A and the characters in common use beyond. Where
the system has Hanazono (Debian `fonts-hanazono`), extensions B to F are complete but for 14, and of the 87,915 characters of
those blocks 87,875 are printed instead of 29,864. No package has extensions G and later, but for four characters.
"""

import functools
import importlib.util
import unicodedata
from pathlib import Path

MAIN = "Noto Sans CJK SC"
MONO = "DejaVu Sans Mono"
"""Comes with typst: zero and O, one and l look different."""
RARE = ("HanaMinB", "HanaMinA")
_SYSTEM = Path("/usr/share/fonts/truetype/hanazono")


class NoFonts(RuntimeError):
    """The font package is not installed; the text says what to run."""


def folders() -> list[str]:
    """Where the fonts lie."""
    spec = importlib.util.find_spec("manimgx_fonts_cjk")
    if spec is None or spec.origin is None:
        raise NoFonts("The font package is missing: run `make install`.")
    return [str(Path(spec.origin).parent), *([str(_SYSTEM)] if _SYSTEM.exists() else [])]


def fonts_missing() -> list[str]:
    """What `tongban doctor` says: nothing when papers can be printed."""
    try:
        return [] if any(Path(folders()[0]).glob("*.ttc")) else ["Noto Sans CJK"]
    except NoFonts as why:
        return [str(why)]


@functools.cache
def covered() -> frozenset[int]:
    """All code points that can be printed. Reads the fonts once (about a third of a second)."""
    from fontTools.ttLib import TTCollection, TTFont

    found: set[int] = set()
    for folder in folders():
        for path in Path(folder).iterdir():
            if path.suffix == ".ttc":
                for font in TTCollection(str(path), lazy=True).fonts:
                    # The variant for the mainland is the one that the template names.
                    if font["name"].getDebugName(1) == MAIN:
                        found |= set(font.getBestCmap())
            elif path.suffix in (".ttf", ".otf"):
                found |= set(TTFont(str(path), lazy=True).getBestCmap())
    # What everybody may use as they like means nothing on paper, and PDF/A refuses it, even where a font draws something.
    return frozenset(c for c in found if unicodedata.category(chr(c)) != "Co")


def printable(text: str) -> str:
    """The text with every character that no font has replaced by its code point: 〔U+30EDD〕."""
    if text.isascii() and text.isprintable():
        return text
    known = covered()
    return "".join(c if ord(c) in known or c in "\n\t" else f"〔U+{ord(c):04X}〕" for c in text)
