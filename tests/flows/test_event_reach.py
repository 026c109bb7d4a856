"""Whoever acts by a mandate for some items of a life event sees of the person they act for what these items ask for, and nothing else:
not what departments said, not what the person said, not what they uploaded. What they do not see is not lost by their saving."""

import msgspec
import pytest

from tests.channels.resident.signed_in import arrived
from tests.flows import events
from tests.flows.people import SON
from tests.flows.test_event_on_behalf import AT, SOURCE, acting, given
from tongban.domain.event_intake import EventIntake, EventPaper
from tongban.domain.handed_in import PaperIn
from tongban.domain.ports import Licence
from tongban.domain.refusals import Refused
from tongban.flows import compose, serve
from tongban.plumbing.clock import city_date
from tongban.reads import event as read
from tongban.registers.catalog import queries as catalog
from tongban.registers.mothers import queries as mothers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shanghai")]
TODAY = city_date(AT)
ITEM = "yufang_jiezhong"
SECRETS = {
    "account_number": "6222021001112223339",
    "account_name": "沈建国的账户",
    "hukou_address": "别处路9号",
    "phone": "13800000001",
}
SCAN = "e" * 64


def asked_by(item: str) -> set[str]:
    """The elements on the form of one item of the event."""
    prepared = catalog.prepared("birth", TODAY)
    return {field.key for field in prepared.items[prepared.numbers[item]].fields}


def known_and_said() -> str:
    """Departments said all of it of the son, and he said some and uploaded a paper; the id of his draft."""
    actor, here = arrived(SON, AT)
    told = Licence(
        kind="hukou_book", number="h-1", fields=dict(SECRETS), issued=TODAY, valid_until=None, as_of=AT, source="gongan", grade="A",
    )  # fmt: skip
    serve.keep_fetched(actor, here.visit, "event:birth", [told], {"gongan": ["hukou_book"]}, at=AT)
    said = events.given(SOURCE.event_situations, "birth")
    own = EventPaper(PaperIn("marriage_cert", "original", "C", SCAN))
    said = msgspec.structs.replace(
        said, answers=said.answers | {"pay_bank": "icbc"}, papers=(own,), at_counter=("marriage_cert",)
    )
    return compose.save(actor, here.visit, "birth", said, at=AT).id


def test_an_agent_for_one_item_sees_what_it_asks_for_and_nothing_else() -> None:
    assert SECRETS.keys() - asked_by(ITEM) and "pay_bank" not in asked_by(ITEM), "the item must not ask for all of it"
    known_and_said()
    actor, visit = acting(given(ITEM))
    [draft] = read.drafts(actor, visit)
    screen = read.screen(actor, visit, "birth", draft.intake, channel="resident", today=TODAY)
    assert {row.code for row in screen.items} == {ITEM}
    assert {f.element.code for f in screen.fields} <= asked_by(ITEM)
    for seen in (draft, screen.intake, screen.fields, screen.papers, screen.answered, screen.plan):
        told = msgspec.json.encode(seen, enc_hook=str).decode()
        for code in SECRETS.keys() - asked_by(ITEM):
            assert SECRETS[code] not in told, (code, type(seen))
        assert "icbc" not in told and SCAN not in told
    whole = acting(given())
    [draft] = read.drafts(*whole)
    assert draft.intake.answers["pay_bank"] == "icbc" and draft.intake.papers


def test_what_an_agent_does_not_see_is_neither_lost_nor_written() -> None:
    known_and_said()
    actor, visit = acting(given(ITEM))
    [draft] = read.drafts(actor, visit)
    more = msgspec.structs.replace(
        draft.intake,
        answers=draft.intake.answers | {"child_name": "沈大满", "pay_bank": "forged"},
        papers=(EventPaper(PaperIn("marriage_cert", "original", "C", "f" * 64)),),
        chosen=(ITEM,),
    )
    compose.save(actor, visit, "birth", more, draft=draft.id, rev=draft.rev, at=AT)
    [kept] = mothers.drafts_of(draft_of(SON))
    said = msgspec.json.decode(kept.body, type=EventIntake)
    assert said.answers["pay_bank"] == "icbc" and said.answers["child_name"] == "沈大满"
    assert [one.paper.digest for one in said.papers] == [SCAN] and said.at_counter == ("marriage_cert",)
    assert set(said.chosen or ()) == {one.item for one in catalog.prepared("birth", TODAY).event.items}


def test_an_agent_hands_in_what_the_mandate_names() -> None:
    known_and_said()
    actor, visit = acting(given(ITEM))
    [draft] = read.drafts(actor, visit)
    with pytest.raises(Refused) as told:
        chosen = msgspec.structs.replace(draft.intake, chosen=(ITEM, "shengyubaoxian"))
        compose.submit(actor, visit, "birth", chosen, draft=draft.id, channel="resident", at=AT, key="x")
    assert [(p.code, p.pointer) for p in told.value.problems] == [("mandate.item", "/items/shengyubaoxian")]
    said = draft.intake
    for turn in range(events.TIMES):
        try:
            receipt = compose.submit(actor, visit, "birth", said, channel="resident", at=AT, key=f"r{turn}")
            break
        except Refused as why:
            assert {p.pointer.split("/")[1] for p in why.problems} <= {"answers", "papers"}, why.problems
            said = events.mended(said, why, TODAY)
    assert [part.item for part in receipt.parts] == [ITEM]


def draft_of(_: object) -> str:
    _, here = arrived(SON, AT)
    return here.applicant
