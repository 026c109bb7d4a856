"""What came of it (已收件): number and query code, where the case is now, what happens next and by when, which papers to print. The
page says “received” and nothing that could be taken for “done”."""

import datetime as dt

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.public_state import STATES
from tongban.domain.text import Text
from tongban.flows import access, handle
from tongban.reads import elsewhere, printout, progress
from tongban.reads.elsewhere import Asked
from tongban.reads.paper import Kind
from tongban.reads.progress import Progress
from tongban.registers.catalog import queries as catalog


class Handed(msgspec.Struct, frozen=True):
    """A case that was just received for the person of this visit."""

    progress: Progress
    name: Text
    query_code: str
    heading: Text
    next: Text
    elsewhere: bool
    papers: tuple[Kind, ...]
    follow: tuple[tuple[Text, dt.date], ...]
    can_finish: bool
    asked: tuple[Asked, ...] = ()


def received(actor: Actor, visit_id: str, number: str, *, today: dt.date) -> Handed:
    """The page after F9, for a case of the person of the actor's open visit."""
    found = access.case_of_visit(actor, visit_id, number)
    visit = access.visit(actor, visit_id)
    case, seen = found.case, progress.of_found(found, today)
    version = catalog.version(case.item, case.version)
    materials = catalog.materials()
    can_finish = (
        version.handling == "on_the_spot"
        and case.stage == "accepted"
        and not case.follow
        and case.holder == visit.center
        and not handle.form_lost(found)
    )
    return Handed(
        progress=seen, name=version.name, query_code=found.query_code, heading=_heading(seen),
        next=_next(seen, can_finish), elsewhere=case.holder != visit.center,
        papers=printout.kinds_of(actor, number, visit=visit_id),
        follow=tuple((materials[f.material].name, f.until) for f in case.follow if f.material in materials),
        can_finish=can_finish, asked=elsewhere.asked(number),
    )  # fmt: skip


def _heading(seen: Progress) -> Text:
    if seen.stage in ("received", "accepted") and len(seen.steps) <= 2:
        return Text("已收件", "Received")
    return seen.state.name


def _next(seen: Progress, can_finish: bool) -> Text:
    if can_finish:
        return Text(
            "这是即办件:核对无误后按“当场办结”,结果当场交给居民。",
            "Decided on the spot: press the button and hand over the result.",
        )
    if seen.stage == "accepted":
        return Text(
            "已当场受理,不用再跑。办结后通知领取或寄送。", "Accepted at once. The person will hear when it is decided."
        )
    if seen.stage == "received" and seen.holder != seen.receiving:
        return Text(
            f"材料已移交{seen.holder_name}受理和办理,居民不用再跑一趟。",
            f"Handed over to {seen.holder_name}; the person need not go there.",
        )
    if seen.stage == "received":
        return Text("后台审看后告知是否受理。", "The back office looks at it and tells whether it is accepted.")
    return STATES[seen.state.code].plain
