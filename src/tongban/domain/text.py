"""Texts the city shows come in two languages, Chinese first; one value carries both so that neither can be forgotten."""

import msgspec


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in simplified Chinese with English beside it."""

    zh: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """Return the English text when it is asked for and exists, else the Chinese one."""
        return self.en if language.startswith("en") and self.en else self.zh

    def __str__(self) -> str:
        return self.zh
