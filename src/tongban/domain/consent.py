"""Who may act for whom, and what a person allowed the city to ask for. Both have limits in matter and time, and the
refusal names the limit that failed, because the remedy differs: another paper, another date, another item."""

import datetime as dt
from typing import Any, Literal, NoReturn

import msgspec

from tongban.domain.refusals import Refused
from tongban.domain.text import Text

MandateKind = Literal["written", "guardian", "organisation"]

MANDATE_KINDS: dict[str, Text] = {
    "written": Text("书面委托", "Written mandate"),
    "guardian": Text("监护", "Guardianship"),
    "organisation": Text("单位经办", "For an organisation"),
}
_BRING = Text("请补充有效的委托书,或请本人办理", "Bring a valid mandate, or let the person come")


class Mandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agent`` may act for ``principal`` (person references; for an organisation its credit code).

    ``items`` are item codes, empty with ``all_items``. Dates are the city's, ``valid_until`` included; None only where
    the law sets the end (a guardianship). ``paper`` is the digest or reference of the document shown.
    """

    principal: str
    agent: str
    kind: MandateKind
    valid_from: dt.date
    valid_until: dt.date | None = None
    items: tuple[str, ...] = ()
    all_items: bool = False
    paper: str = ""
    revoked_on: dt.date | None = None


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``person`` let the city ask departments for ``kinds`` of data (credential kinds or check names) for ``purpose``.

    ``about`` binds it to one visit or case when not empty; ``once`` lets it be used a single time. ``given_by`` is the
    person or who acts for them. Moments are aware; ``until`` is the first moment at which it no longer holds.
    """

    person: str
    purpose: str
    kinds: tuple[str, ...]
    given_at: dt.datetime
    given_by: str
    until: dt.datetime | None = None
    once: bool = False
    about: str = ""
    used_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None


def make_mandate(mandate: Mandate) -> Mandate:
    """The mandate itself when it can be taken in. Refused ``mandate.<what>``: self, items (none named, or named beside
    all), dates (ends before it begins), open_end (a written mandate without an end), paper (no document shown)."""
    if mandate.principal == mandate.agent:
        _refuse("mandate.self", "委托人与受托人不能是同一人", "Nobody can be mandated by themselves")
    if bool(mandate.items) == mandate.all_items:
        zh = "请写明委托办理的事项,或选择“全部事项”,二者选一"
        _refuse("mandate.items", zh, "Name the items, or choose all of them, not both")
    if mandate.valid_until is None and mandate.kind != "guardian":
        _refuse("mandate.open_end", "委托须写明截止日期", "A mandate needs an end date")
    if mandate.valid_until is not None and mandate.valid_until < mandate.valid_from:
        _refuse("mandate.dates", "委托截止日期早于开始日期", "The mandate ends before it begins")
    if not mandate.paper:
        _refuse("mandate.paper", "请先收取委托书或监护证明", "Take in the mandate or the proof of guardianship first")
    return mandate


def covers(mandate: Mandate, item: str, on: dt.date) -> None:
    """Pass when the mandate holds for the item on the city's date. Refused ``mandate.<what>``: revoked, not_yet, ended,
    item."""
    if mandate.revoked_on is not None and on >= mandate.revoked_on:
        _refuse("mandate.revoked", f"委托已于{mandate.revoked_on}撤销", f"It was revoked on {mandate.revoked_on}")
    if on < mandate.valid_from:
        _refuse("mandate.not_yet", f"委托自{mandate.valid_from}起生效", f"It begins on {mandate.valid_from}")
    if mandate.valid_until is not None and on > mandate.valid_until:
        _refuse("mandate.ended", f"委托已于{mandate.valid_until}到期", f"It ended on {mandate.valid_until}")
    if not mandate.all_items and item not in mandate.items:
        _refuse("mandate.item", "委托书没有写明可办理这个事项", "The mandate does not name this item", item=item)


def revoke(mandate: Mandate, on: dt.date) -> Mandate:
    """The mandate ended early, from ``on``; an earlier revocation stays."""
    first = on if mandate.revoked_on is None else min(on, mandate.revoked_on)
    return msgspec.structs.replace(mandate, revoked_on=first)


Side = Literal["principal", "agent"]


def must_end(mandate: Mandate, person: str) -> Side:
    """As which side the person ends the mandate: who gave it may take it back and who acts under it may lay it down, at any time
    (民法典第九百三十三条). Refused ``mandate.not_yours``, and ``mandate.guardian``: a guardianship ends by law, not by wish."""
    if person not in (mandate.principal, mandate.agent):
        _refuse("mandate.not_yours", "这份委托与此人无关", "The mandate is not this person's")
    if mandate.kind == "guardian":
        raise Refused(
            "mandate.guardian",
            "监护不能由当事人自行终止",
            "A guardianship is not ended by those whom it concerns",
            advice=Text(
                "请凭法院判决、居委会证明等文书,由中心主管登记终止",
                "A supervisor of the center ends it by the court's or the committee's document",
            ),
        )
    return "principal" if person == mandate.principal else "agent"


def make_consent(consent: Consent) -> Consent:
    """The consent itself when it can be taken in. Refused ``consent.<what>``: purpose, kinds (none named), until (none
    for a consent that is not for once, or before it was given)."""
    if not consent.purpose.strip():
        _refuse("consent.purpose", "请写明查询目的", "Name the purpose")
    if not consent.kinds:
        _refuse("consent.kinds", "请选择同意查询的数据种类", "Choose the kinds of data")
    if consent.until is None and not consent.once:
        _refuse("consent.until", "同意须有截止时间,或仅限一次", "A consent has an end, or is for once")
    if consent.until is not None and _aware(consent.until) <= _aware(consent.given_at):
        _refuse("consent.until", "截止时间不晚于同意时间", "It would end before it was given")
    return consent


def allows(consent: Consent, kind: str, at: dt.datetime, *, person: str, purpose: str, about: str = "") -> None:
    """Pass when this kind of data may be asked for. Refused ``consent.<what>``: withdrawn, not_yet, ended, used,
    person, other_purpose, about, kind."""
    _aware(at)
    if consent.person != person:
        _refuse("consent.person", "这份同意属于另一个人", "The consent is another person's")
    if consent.withdrawn_at is not None and at >= consent.withdrawn_at:
        _refuse("consent.withdrawn", "本人已撤回同意", "The person has withdrawn the consent")
    if at < consent.given_at:
        _refuse("consent.not_yet", "查询早于同意时间", "The look-up is before the consent")
    if consent.until is not None and at >= consent.until:
        _refuse("consent.ended", "同意已到期,请重新征得同意", "The consent has ended: ask again")
    if consent.once and consent.used_at is not None:
        _refuse("consent.used", "这份同意仅限一次,已经用过", "The consent was for once and has been used")
    if purpose != consent.purpose:
        _refuse("consent.other_purpose", "查询目的与同意的目的不同", "The purpose is not the one agreed to")
    if consent.about and about != consent.about:
        _refuse("consent.about", "同意只限另一次接待或办件", "The consent is for another visit or case")
    if kind not in consent.kinds:
        _refuse("consent.kind", "本人没有同意查询这类数据", "The person did not agree to this kind of data", kind=kind)


def used(consent: Consent, at: dt.datetime) -> Consent:
    """The consent after a look-up; one for once holds no longer. The first use stays."""
    return msgspec.structs.replace(consent, used_at=consent.used_at or _aware(at))


def withdraw(consent: Consent, at: dt.datetime) -> Consent:
    """The consent taken back from ``at``; what was fetched before stays lawful, an earlier withdrawal stays."""
    first = _aware(at) if consent.withdrawn_at is None else min(at, consent.withdrawn_at)
    return msgspec.structs.replace(consent, withdrawn_at=first)


def _aware(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment


def _refuse(code: str, zh: str, en: str, **facts: Any) -> NoReturn:
    advice = (
        _BRING
        if code.startswith("mandate.")
        else Text("请重新征得本人同意,或改收纸质材料", "Ask again, or take papers")
    )
    raise Refused(code, zh, en, advice=advice, **facts)
