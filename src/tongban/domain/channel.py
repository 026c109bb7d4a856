"""Through which door a case comes (渠道), and what that door can vouch for: at a window a person compares a paper with its
original, at a kiosk or online nobody does."""

from collections.abc import Iterable
from typing import Literal

from tongban.domain.actor import Actor
from tongban.domain.handed_in import PaperIn
from tongban.domain.item import ItemVersion
from tongban.domain.life_event import LifeEvent
from tongban.domain.refusals import NotAllowed, Problem, Refused
from tongban.domain.text import Text

Channel = Literal["window", "kiosk", "resident"]

_NOT_SEEN = Text(
    "自助终端或网上收取的材料没有人核对原件,可信等级只能是 C 或 D",
    "Nobody compares a paper with its original at a kiosk or online: its grade is C or D",
)


def must_be_open(version: ItemVersion, channel: Channel) -> None:
    """Refused ``item.not_here`` unless the item version is received through this channel."""
    if channel not in version.channels:
        zh, en = "此事项不在窗口受理", "This item is not received at counters"
        if channel != "window":
            zh, en = "此事项不能自助或网上申请,请到窗口办理", "This item is received at counters only: go to one"
        raise Refused("item.not_here", zh, en, pointer="/item")


def event_must_be_open(event: LifeEvent, channel: Channel) -> None:
    """Refused ``event.other_door`` unless the life event is begun through this channel; its items follow it, whatever they say."""
    if channel not in event.channels:
        zh, en = "这件事不能网上提交,请到窗口办理", "This life event is not begun here: go to a counter"
        if channel == "window":
            zh, en = "这件事只能网上提交", "This life event is begun online only"
        raise Refused("event.other_door", zh, en, pointer="/event")


def must_be_the_doors_own(actor: Actor, channel: Channel) -> None:
    """A resident comes online and nowhere else: what they hand in was seen by nobody, whatever the call says. NotAllowed
    ``channel.not_yours``."""
    if (actor.kind == "resident") != (channel == "resident"):
        raise NotAllowed("channel.not_yours", "本人网上提交与窗口收件不能混用", "Online and counter are not mixed")


def must_be_seen(papers: Iterable[PaperIn], channel: Channel) -> None:
    """Refused ``paper.not_seen``: the grades A and B say that an authority or a person vouches for a paper (国办函〔2016〕108号);
    a kiosk cannot say so."""
    if channel == "window":
        return
    wrong = tuple(
        Problem("paper.not_seen", _NOT_SEEN, f"/papers/{p.material}") for p in papers if p.grade in ("A", "B")
    )
    if wrong:
        raise Refused("paper.not_seen", _NOT_SEEN.zh, _NOT_SEEN.en, problems=wrong)
