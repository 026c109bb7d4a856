"""Which language this page speaks. Chinese is the default and the law; English is a courtesy kept in a cookie.

The choice is Django's active translation, so that dates, built-in messages and our own texts always agree.
"""

import re
from functools import lru_cache
from typing import Literal

from django.http import HttpRequest
from django.utils import translation

from tongban.domain.text import Text

COOKIE = "lang"
LOCALES = {"zh": "zh-hans", "en": "en"}
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff”’》」】）％…]"
_MARKS = dict(zip(",;:?!", "，；：？！", strict=True))
_MARK = re.compile(rf"(?<={_HAN})[,;:?!]|[,;:?!](?=[\u3400-\u9fff“‘《「【])")
_BRACKETS = re.compile(r"\(([^()]*[\u3400-\u9fff][^()]*)\)")


@lru_cache(maxsize=8192)
def set_right(zh: str) -> str:
    """Chinese with Chinese punctuation, however it was typed in the source: a comma beside a Chinese character is ，.

    Times (08:30), lists of codes and English words inside the text stay as they are.
    """
    return _MARK.sub(lambda m: _MARKS[m[0]], _BRACKETS.sub(r"（\1）", zh))


def language() -> Literal["zh", "en"]:
    """The language of the page being made now: ``zh`` unless English is active."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """Pick one of two texts by the language of the page."""
    return en if language() == "en" else set_right(zh)


def tell(text: Text | str | None) -> str:
    """A domain Text (or a plain string) in the language of the page; nothing for None."""
    if text is None:
        return ""
    if not isinstance(text, Text):
        return str(text)
    return text.en if language() == "en" and text.en else set_right(text.zh)


def asked(request: HttpRequest) -> Literal["zh", "en"]:
    """The language the visitor chose before; anything unknown is Chinese. Browsers' own wishes are not read:
    counter PCs are often installed in English while the clerk is not."""
    return "en" if request.COOKIES.get(COOKIE) == "en" else "zh"
