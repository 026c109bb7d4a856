"""What a person allowed (委托与授权), as the one who stands at the counter sees it: who may act for whom on what and until when,
and which departments may be asked for what. Names are masked; what has ended stays on the page, below what holds."""

import datetime as dt
from typing import Any

import msgspec

from tongban.domain.acting import AGENT_IS
from tongban.domain.actor import Actor
from tongban.domain.consent import MANDATE_KINDS
from tongban.domain.masking import mask
from tongban.domain.text import Text
from tongban.flows import access, permissions
from tongban.plumbing.clock import city_date
from tongban.reads.checklist import kind_name
from tongban.registers.catalog import queries as catalog
from tongban.registers.people import queries as people
from tongban.registers.people.rows import HeldConsent, HeldMandate

MOST = 50


class MandateLine(msgspec.Struct, frozen=True):
    """A mandate: ``given`` by the applicant (else they act under it), with whom (masked), for which items (none: all), from when
    to when. ``holds`` today; ``by_document``: it is ended by a supervisor only. ``relation``: what the agent is to the principal, empty
    when nobody said."""

    ref: str
    kind: Text
    given: bool
    other: str
    items: tuple[Text, ...]
    since: dt.date
    until: dt.date | None
    revoked_on: dt.date | None
    holds: bool
    by_document: bool
    relation: Text = Text("")


class ConsentLine(msgspec.Struct, frozen=True):
    """A consent: for which item, which kinds of data, given when, until when, withdrawn when. ``holds`` now."""

    ref: str
    item: Text
    kinds: tuple[Text, ...]
    given_at: dt.datetime
    until: dt.datetime | None
    withdrawn_at: dt.datetime | None
    holds: bool


class Allowed(msgspec.Struct, frozen=True):
    """What the person allowed; each list at most MOST long, what holds first."""

    mandates: tuple[MandateLine, ...]
    consents: tuple[ConsentLine, ...]


def allowed(actor: Actor, visit_id: str, *, at: dt.datetime) -> Allowed:
    """What the one who is served in this visit may see and end."""
    visit = access.visit(actor, visit_id)
    held = permissions.mandates_shown(visit)
    others = {m.agent if m.principal == visit.applicant else m.principal for m in held}
    names = {ref: mask("name", who.name) for ref, who in people.identities(sorted(others)).items()}
    mandates = [_mandate(m, visit.applicant, names, city_date(at)) for m in held]
    consents = [_consent(c, at) for c in permissions.consents_shown(visit)]
    return Allowed(
        tuple(sorted(mandates, key=lambda m: not m.holds)[:MOST]), tuple(sorted(consents, key=lambda c: not c.holds)[:MOST])
    )  # fmt: skip


def _mandate(m: HeldMandate, applicant: str, names: dict[str, str], today: dt.date) -> MandateLine:
    given = m.principal == applicant
    other = m.agent if given else m.principal
    items = catalog.items()
    over = (m.valid_until is not None and today > m.valid_until) or (m.revoked_on is not None and today >= m.revoked_on)
    return MandateLine(
        m.ref, MANDATE_KINDS[m.kind], given, names.get(other, other if m.kind == "organisation" else ""),
        tuple(items[i].name for i in m.items if i in items), m.valid_from, m.valid_until, m.revoked_on, not over,
        m.kind == "guardian", AGENT_IS[m.relation] if m.relation else Text(""),
    )  # fmt: skip


def _consent(c: HeldConsent, at: dt.datetime) -> ConsentLine:
    item: Any = catalog.items().get(c.purpose.removeprefix("item:"))
    item = item or catalog.event(c.purpose.removeprefix("event:"))
    over = (
        (c.until is not None and at >= c.until)
        or (c.withdrawn_at is not None and at >= c.withdrawn_at)
        or (c.once and c.used_at is not None)
    )
    return ConsentLine(
        c.ref, item.name if item else Text(c.purpose), tuple(map(kind_name, c.kinds)), c.given_at, c.until,
        c.withdrawn_at, not over,
    )  # fmt: skip
