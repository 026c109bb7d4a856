"""A person's name as it is kept and as it is looked up. Every character a name may have in GB 18030-2022 survives, rare
ones too; what only looks like a name's character (look-alike dots, full-width letters) is put right in silence, and what
cannot be in a name is refused with its place."""

import re
import unicodedata
from typing import Any, NoReturn

from tongban.domain.id_number import half_width
from tongban.domain.refusals import Refused
from tongban.domain.text import Text

MAX_NAME = 100
DOT = "·"

# Unified and compatibility ideographs with all extensions (planes 2 and 3 whole, also what Unicode adds later), and the
# radicals, strokes and 〇 that GB 18030 has and Unicode does not count as letters.
HAN = "\u2e80-\u2fdf\u3005\u3007\u31c0-\u31ef\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_HAN = re.compile(f"[{HAN}]")
_LETTERS = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
# What keyboards and card readers give for the middle dot U+00B7: bullets, katakana dots, dot operators, leaders, runes.
_DOTS = re.compile(" *[\u00b7\u0387\u16eb\u2022\u2024\u2027\u2219\u22c5\u30fb\uff65] *")
_DOT_BETWEEN_HAN = re.compile(f"(?<=[{HAN}]) *\\. *(?=[{HAN}])")
_SPACE_BETWEEN_HAN = re.compile(f"(?<=[{HAN}]) +(?=[{HAN}])")
_SIGNS = str.maketrans({"‘": "'", "’": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-"})
_INSIDE = " '-.," + DOT
_ADVICE = {
    "empty": Text("请按证件填写姓名", "Enter the name as on the card"),
    "long": Text("请按证件填写,外文姓名可省略中间名", "Enter it as on the card; middle names may be left out"),
    "digit": Text("请检查是否把号码填进了姓名栏", "Check whether a number was entered in the place of the name"),
    "control": Text("多因从网页或文件复制,请删去后手工输入", "It came with copying: delete it and type the name"),
    "private": Text(
        "该字是本机自造字,别处无法显示;请读卡,或用输入法的生僻字功能录入",
        "Only this computer knows the character: read the card, or use the rare characters of the keyboard",
    ),
    "symbol": Text(
        "姓名只含文字、间隔号“·”、空格、连字符和撇号", "A name has letters, middle dots, spaces, hyphens, apostrophes"
    ),
}


def clean_name(text: str) -> str:
    """The name as it is kept: half-width Latin letters, one kind of middle dot (U+00B7), single spaces, none between
    Chinese characters. Raises ``person.name.<what>``: empty, long, digit, control, private, symbol (with ``position``
    in the cleaned name, from 1)."""
    if len(text) > 10 * MAX_NAME:
        _refuse("long", f"姓名最多{MAX_NAME}个字", f"A name has at most {MAX_NAME} characters", length=len(text))
    name = "".join(" " if unicodedata.category(c) == "Zs" else c for c in half_width(text).strip())
    # Compatibility ideographs have their own codes in GB 18030 and on cards: composing would turn them into others.
    name = _LETTERS.sub(lambda letters: unicodedata.normalize("NFC", letters[0]), name).translate(_SIGNS)
    name = _DOT_BETWEEN_HAN.sub(DOT, re.sub(r" +", " ", _DOTS.sub(DOT, name)))
    name = re.sub(f"{DOT}+", DOT, _SPACE_BETWEEN_HAN.sub("", name))
    if not name:
        _refuse("empty", "姓名未填", "The name is empty")
    if len(name) > MAX_NAME:
        zh = f"姓名最多{MAX_NAME}个字,现为{len(name)}个"
        _refuse("long", zh, f"A name has at most {MAX_NAME} characters, this has {len(name)}", length=len(name))
    for place, character in enumerate(name):
        what = _wrong(name, place, character)
        if what:
            zh, en = _WHAT[what]
            _refuse(what, f"姓名第{place + 1}个字{zh}", f"Character {place + 1} of the name {en}", position=place + 1)
    return name


def name_key(name: str) -> str:
    """The form by which names are compared and indexed: without dots, spaces, signs and case; compatibility forms,
    radicals and variant selectors as the plain character. Not for showing."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if (c.isalpha() or _HAN.match(c) or unicodedata.category(c) == "Mc"))


def is_han(character: str) -> bool:
    """True for a Chinese character of any extension."""
    return _HAN.fullmatch(character) is not None


_WHAT = {
    "digit": ("是数字", "is a digit"),
    "control": ("是看不见的控制符", "is an invisible control character"),
    "private": ("是自造字", "is a private-use character"),
    "symbol": ("不是姓名用字", "does not belong in a name"),
}


def _wrong(name: str, place: int, character: str) -> str:
    if is_han(character):
        return ""
    category = unicodedata.category(character)
    if category[0] == "L":
        return ""
    before = name[place - 1] if place else ""
    if category[0] == "M":
        if "\U000e0100" <= character <= "\U000e01ef":
            fits = bool(before) and is_han(before)  # the shape of the Chinese character before it
        else:
            fits = unicodedata.category(before or " ")[0] in "LM" and not "\ufe00" <= character <= "\ufe0f"
        return "" if fits else "symbol"
    if character in _INSIDE:
        last = place == len(name) - 1
        return "symbol" if not place or (last and character != ".") else ""
    if category[0] == "N":
        return "digit" if category == "Nd" else "symbol"
    return {"Co": "private", "Cc": "control", "Cf": "control", "Cs": "control"}.get(category, "symbol")


def _refuse(what: str, zh: str, en: str, **facts: Any) -> NoReturn:
    raise Refused(f"person.name.{what}", zh, en, advice=_ADVICE[what], **facts)
