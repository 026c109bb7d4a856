"""Helps whoever mistyped: names the right word that is nearest to a wrong one, so that a typing error is not taken for something
that has first to be written."""

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """How to mend a word that is not known: the one that was probably meant, or ``otherwise``."""
    near = difflib.get_close_matches(word, known, 1, 0.7)
    return f"是不是 {near[0]}?如果不是,{otherwise}" if near else otherwise
