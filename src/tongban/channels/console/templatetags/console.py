"""What only the console's templates need: lights with their words, how long ago, how far clocks are apart."""

import datetime as dt
from typing import Any

from django import template

from tongban.channels.console.city import WORDS
from tongban.channels.shared.language import say
from tongban.channels.shared.parts import pill
from tongban.domain.nodes import Light
from tongban.plumbing.clock import CITY_ZONE

register = template.Library()
LOOKS: dict[Light, tuple[str, str]] = {
    "green": ("ok", "check"), "yellow": ("warn", "alert-triangle"), "red": ("bad", "alert-circle"), "none": ("plain", "minus"),
}  # fmt: skip


@register.inclusion_tag("shared/parts/pill.html")
def lit(light: Light) -> dict[str, Any]:
    """``{% lit lane.light %}``: a light by its word and sign, never by its colour alone."""
    return pill(say(*WORDS[light]), *LOOKS[light])


@register.simple_tag
def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """``{% ago lane.oldest city.at %}``: how long ago, as one would say it."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 120:
        return say(f"{seconds} 秒前", f"{seconds} s ago")
    if seconds < 7200:
        return say(f"{seconds // 60} 分钟前", f"{seconds // 60} min ago")
    return say(f"{seconds // 3600} 小时前", f"{seconds // 3600} h ago")


@register.simple_tag
def apart(seconds: float) -> str:
    """``{% apart node.apart %}``: how far a clock is ahead of ours or behind it."""
    if abs(seconds) < 1:
        return say("不到 1 秒", "under 1 s")
    far = f"{abs(seconds):,.0f}"
    return say(f"快 {far} 秒", f"{far} s ahead") if seconds > 0 else say(f"慢 {far} 秒", f"{far} s behind")


@register.filter
def seconds(moment: dt.datetime) -> str:
    """A moment with its seconds, on a page that changes every few of them."""
    return f"{moment.astimezone(CITY_ZONE):%Y-%m-%d %H:%M:%S}"
