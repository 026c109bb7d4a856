"""Which language this page speaks. Chinese is the default and the law; English is a courtesy kept in a cookie.

The choice is Django's active translation, so that dates, built-in messages and our own texts always agree.
"""

from typing import Literal

from django.http import HttpRequest
from django.utils import translation

from tongban.domain.text import Text

COOKIE = "lang"
LOCALES = {"zh": "zh-hans", "en": "en"}


def language() -> Literal["zh", "en"]:
    """The language of the page being made now: ``zh`` unless English is active."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """Pick one of two texts by the language of the page."""
    return en if language() == "en" else zh


def tell(text: Text | str | None) -> str:
    """A domain Text (or a plain string) in the language of the page; nothing for None."""
    if text is None:
        return ""
    return text.in_language(language()) if isinstance(text, Text) else str(text)


def asked(request: HttpRequest) -> Literal["zh", "en"]:
    """The language the visitor chose before; anything unknown is Chinese. Browsers' own wishes are not read:
    counter PCs are often installed in English while the clerk is not."""
    return "en" if request.COOKIES.get(COOKIE) == "en" else "zh"
