"""Screens: nothing runs or is styled inside a page (the CSP would refuse it), and every word is there in both languages."""

import re
from pathlib import Path

import pytest

from tests.building.source import SRC, name

TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))
TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
COMMENT = re.compile(r"\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.S)
# Blocks that fill an attribute.
MARKUP_BLOCK = re.compile(r"\{% block \w+_(?:class|url) %\}.*?\{% endblock %\}", re.S)
# What people read though it stands in an attribute.
SPOKEN = re.compile(r"""\b(?:aria-label|title|alt|placeholder|data-confirm)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
WORDS = re.compile(r"[A-Za-z\u3400-\u9fff]+")
# Names of languages stand in their own; keys, units and marks are the same in both.
EXEMPT = {
    "中文", "English", "Ctrl", "Enter", "Esc", "Alt", "Shift", "Tab", "Space", "F", "PDF", "QR", "API", "OpenAPI", "SM", "MB",
    "JSON", "nbsp", "middot", "times", "rarr", "larr", "hellip",
}  # fmt: skip


def inline(text: str) -> list[str]:
    """Scripts, styles and handlers written into a page."""
    bare = TAGS.sub("", COMMENT.sub("", text))
    found = []
    for script in re.finditer(r"<script\b([^>]*)>(.*?)</script>", bare, re.S | re.I):
        if 'type="application/json"' in script[1]:
            continue
        if not re.search(r"\bsrc\s*=", script[1]) or script[2].strip():
            found.append(script[0][:60])
    found += re.findall(r"<style\b", bare, re.I)
    for tag in re.finditer(r"<[a-zA-Z][^>]*>", bare):
        found += re.findall(r"\sstyle\s*=", tag[0], re.I)
        found += re.findall(r"\son[a-z]+\s*=", tag[0], re.I)
        found += re.findall(r"javascript:", tag[0], re.I)
    return found


def bare_words(text: str) -> list[str]:
    """Words of people that stand in a page in one language only."""
    left = re.sub(r"<script\b.*?</script>", " ", COMMENT.sub(" ", text), flags=re.S | re.I)
    left = MARKUP_BLOCK.sub(" ", left)
    if "<" not in left:
        # A fragment that stands inside a tag: nothing but attributes.
        left = f"<x {left}>"
    # Template tags may stand inside HTML tags, so they go first, with whatever they say.
    left = TAGS.sub(" ", left)
    spoken = [a or b for a, b in SPOKEN.findall(left)]
    left = re.sub(r"<[^>]*>", " ", left, flags=re.S)
    found = [w for part in [left, *spoken] for w in WORDS.findall(re.sub(r"&[a-z]+;", " ", part))]
    return [w for w in found if w not in EXEMPT and (len(w) > 1 or not w.isascii())]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: "/".join(p.parts[-2:]))
def test_nothing_runs_or_is_styled_inside_a_page(path: Path) -> None:
    assert not (found := inline(path.read_text(encoding="utf-8"))), f"{name(path)}: the CSP refuses {found}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: "/".join(p.parts[-2:]))
def test_every_word_is_there_in_both_languages(path: Path) -> None:
    assert not (found := bare_words(path.read_text(encoding="utf-8"))), (
        f"{name(path)}: wrap in {{% t %}} or {{% tx %}}: {found}"
    )


def test_nothing_is_trusted_as_html() -> None:
    trusted = [name(p) for p in TEMPLATES if re.search(r"\|\s*safe\b|autoescape\s+off", p.read_text(encoding="utf-8"))]
    assert not trusted, f"what people typed would run: {trusted}"


def test_every_form_that_writes_carries_a_token() -> None:
    bare = []
    for p in TEMPLATES:
        for form in re.finditer(
            r"<form\b[^>]*method=.post.[^>]*>(.*?)</form>", p.read_text(encoding="utf-8"), re.S | re.I
        ):
            if "csrf_token" not in form[1]:
                bare.append(f"{name(p)}: {form[0][:70]}")
    assert not bare, bare


def test_no_page_asks_another_house() -> None:
    """No CDN: a page loads nothing from elsewhere."""
    found = [
        f"{name(p)}: {m[0][:80]}"
        for p in TEMPLATES
        for m in re.finditer(r"""(?:src|href)\s*=\s*["'](?:https?:)?//[^"']*""", p.read_text(encoding="utf-8"))
    ]
    assert not found, found


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>", '<p style="color:red">', "<a onclick=go()>", "<style>p{}</style>",
        '<a href="javascript:go()">', '<script src="/x.js">go()</script>',
    ],
)  # fmt: skip
def test_the_guard_sees_what_it_must(bad: str) -> None:
    assert inline(bad)


def test_the_guard_hears_what_it_must() -> None:
    assert bare_words("<p>你好</p>") and bare_words("<p>Hello</p>") and bare_words('<img alt="Portrait">')
    assert not bare_words('{% t "你好" "Hello" %}<p class="Hello">{{ name }} · 12</p><kbd>s</kbd>')
    assert not inline(
        '<script type="application/json">{"a": 1}</script><script src="{% static "a.js" %}" defer></script>'
    )
