"""What templates may say: two-language texts, dates of the city, icons, and the parts of shared/parts.py.

A text always carries both languages in one place, so a screen can be read whole in the template and an English text
that was forgotten stops the template from compiling, not the resident from reading.
"""

import datetime as dt
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from tongban.channels.shared import parts
from tongban.channels.shared.icons import ICONS
from tongban.channels.shared.language import language, say, tell
from tongban.channels.shared.places import place_name
from tongban.domain.text import Text
from tongban.plumbing.clock import CITY_ZONE

register = template.Library()
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


class TwoTexts(Node):
    """One text in two languages, with ``{name}`` places filled from keyword arguments (escaped)."""

    def __init__(self, zh: str, en: str, places: dict[str, FilterExpression], name: str) -> None:
        self.zh, self.en, self.places, self.name = zh, en, places, name

    def render(self, context: Context) -> SafeString:
        """The text of the page's language; kept under a name instead when ``as name`` was written."""
        chosen = say(self.zh, self.en)
        filled = {k: conditional_escape(tell_any(v.resolve(context))) for k, v in self.places.items()}
        # The literals come from our own templates, never from people.
        text = mark_safe(chosen.format(**filled) if filled else chosen)
        if self.name:
            context[self.name] = text
            return SafeString("")
        return text


def _literal(parser: Parser, bit: str, tag: str) -> str:
    if len(bit) < 2 or bit[0] not in "\"'" or bit[0] != bit[-1]:
        raise template.TemplateSyntaxError(f'{tag} takes two quoted texts: {{% t "中文" "English" %}}, not {bit}')
    return bit[1:-1]


@register.tag
def t(parser: Parser, token: Token) -> TwoTexts:
    """``{% t "中文" "English" [name=value …] [as var] %}``: both texts are required, or the template does not compile."""
    bits = token.split_contents()[1:]
    name = ""
    if len(bits) >= 2 and bits[-2] == "as":
        name, bits = bits[-1], bits[:-2]
    if len(bits) < 2:
        raise template.TemplateSyntaxError('t needs Chinese and English: {% t "中文" "English" %}')
    zh, en = _literal(parser, bits[0], "t"), _literal(parser, bits[1], "t")
    if not zh.strip() or not en.strip():
        raise template.TemplateSyntaxError(f"t: a language is empty beside {zh or en!r}")
    rest = bits[2:]
    places = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"t: what is {rest[0]!r}? Places are written name=value")
    for text in (zh, en):
        try:
            text.format(**dict.fromkeys(places, "")) if places else None
        except (KeyError, IndexError, ValueError) as why:
            raise template.TemplateSyntaxError(f"t: a place in {text!r} is not given ({why})") from why
    return TwoTexts(zh, en, places, name)


def tell_any(value: Any) -> Any:
    """A Text in the page's language, a date as the city writes it; anything else unchanged."""
    if isinstance(value, Text):
        return tell(value)
    if isinstance(value, dt.datetime):
        return moment(value)
    return day(value) if isinstance(value, dt.date) else value


@register.filter
def en(zh: str, english: str) -> str:
    """``"中文"|en:"English"``: a two-language text as the argument of another tag."""
    if not str(english).strip():
        raise template.TemplateSyntaxError(f"en: the English beside {zh!r} is empty")
    return say(str(zh), str(english))


@register.simple_tag
def tx(value: Text | str | None) -> str:
    """``{% tx item.name %}``: a domain Text in the language of the page."""
    return tell(value)


@register.filter
def text(value: Text | str | None) -> str:
    """``{{ item.name|text }}``: the same as tx, where a filter is needed."""
    return tell(value)


@register.filter
def place(code: str) -> str:
    """``{{ case.handling|place }}``: the name of a center or division by its code."""
    return place_name(str(code or ""))


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A date as the city writes it: 2026年11月20日 周五 / Fri 20 Nov 2026; a dash for nothing."""
    if value is None or value == "":
        return "—"
    if isinstance(value, dt.datetime):
        value = value.astimezone(CITY_ZONE).date()
    if language() == "en":
        return f"{value:%a} {value.day} {value:%b %Y}"
    return f"{value.year}年{value.month}月{value.day}日 {WEEKDAYS[value.weekday()]}"


@register.filter
def near_day(value: dt.date) -> str:
    """A date so near that its year goes without saying: 11月20日 周五 / Fri 20 Nov."""
    if language() == "en":
        return f"{value:%a} {value.day} {value:%b}"
    return f"{value.month}月{value.day}日 {WEEKDAYS[value.weekday()]}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A moment on the wall of a counter: 2026-11-20 14:05; a dash for nothing."""
    if value is None or value == "":
        return "—"
    return f"{value.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """``{% icon "check" %}``: an icon beside words; with a label it stands alone and is read aloud."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in channels/shared/icons.py")
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="tb-icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, href)
    return format_html('<svg class="tb-icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', href)


class Slot(Node):
    """A part that wraps what is written between its tags."""

    def __init__(self, inside: NodeList, make: Any, arguments: dict[str, FilterExpression]) -> None:
        self.nodelist, self.make, self.arguments = inside, make, arguments

    def render(self, context: Context) -> SafeString:
        """Give the inside to the part's template."""
        given = {k: v.resolve(context) for k, v in self.arguments.items()}
        name, values = self.make(**given)
        body = self.nodelist.render(context)
        made = context.template.engine.get_template(name)
        with context.push(**values, body=body):
            return made.render(context)


def _slot(name: str, make: Any) -> None:
    def compile_slot(parser: Parser, token: Token) -> Slot:
        bits = token.split_contents()[1:]
        arguments = token_kwargs(bits, parser)
        if bits:
            raise template.TemplateSyntaxError(f"{name}: arguments are written name=value, not {bits[0]!r}")
        inside = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return Slot(inside, make, arguments)

    register.tag(name, compile_slot)


for _part, _file in parts.PARTS.items():
    register.inclusion_tag(f"shared/parts/{_file}.html", name=_part.__name__)(_part)
_slot("panel", parts.panel)
