"""The journey of the founding documents, played through the same flows as the screens: an old person lives in 闵行 with hukou
in 杨浦; the son, who lives in 普陀, brings four items to one counter there. Each act carries a key, so playing it again
changes nothing; a story that was rewritten is another one, with keys of its own."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tongban.domain.actor import Actor
from tongban.domain.facts import Point
from tongban.domain.person import Identity
from tongban.domain.receiving import Intake, PaperIn
from tongban.flows import deliver, handle, receive, serve
from tongban.flows.receive import Order, Receipt
from tongban.plumbing import crypto
from tongban.reads.progress import center_name

MOTHER = Identity(kind="citizen", name="沈桂芳", number="310110194803120284", birth=dt.date(1948, 3, 12), sex="female")
SON = Identity(kind="citizen", name="沈建国", number="310110197209300155", birth=dt.date(1972, 9, 30), sex="male")
HOME = {"residence_division": "310112101", "residence_address": "莘庄镇莘松路380弄12号301室", "phone": "13800138000"}
HOUSEHOLD = HOME | {
    "marital_status": "widowed", "household_members": "沈桂芳,本人", "consent_economic_check": True,
    "consent_publicity": True, "promise_true": True,
}  # fmt: skip

STORY = f"journey:{crypto.digest(Path(__file__).read_bytes()).hex()[:12]}"


class Step(msgspec.Struct, frozen=True):
    """One step as it is shown: the day counted from the first, who, where, what came of it."""

    title: str
    done: str


class Journey:
    """Plays the steps in order and remembers the receipts."""

    def __init__(self, staff: dict[str, Actor], start: dt.datetime) -> None:
        self.clerk, self.putuo, self.yangpu = staff["putuo"], staff["putuo2"], staff["yangpu"]
        self.start, self.at = start, start
        self.receipts: list[Receipt] = []
        self.visit = ""

    def _later(self, *, days: int = 0, minutes: int = 0) -> dt.datetime:
        self.at += dt.timedelta(days=days, minutes=minutes)
        return self.at

    def play(self) -> Iterator[Step]:
        """Yield each step after it was done."""
        for step in (self._arrive, self._card, self._relief, self._hospital, self._housing, self._relief_handled,
                     self._relief_corrected, self._relief_decided, self._housing_reviewed, self._housing_settled,
                     self._card_decided):  # fmt: skip
            title, _, _ = (step.__doc__ or "").partition(".")
            yield Step(title.strip(), step())

    def _receive(self, item: str, intake: Intake) -> Receipt:
        fetched = serve.gather(self.clerk, self.visit, item, at=self._later(minutes=1))
        order = Order(self.visit, item, intake)
        receipt = receive.receive(self.clerk, order, at=self._later(minutes=2), key=f"{STORY}:receive:{item}")
        self.receipts.append(receipt)
        self.fetched = fetched
        return receipt

    def _act(
        self, act: Callable[..., Any], actor: Actor, receipt: Receipt, *args: Any, name: str, **kwargs: Any
    ) -> Any:
        return act(
            actor, receipt.number, *args, at=self._later(minutes=5), key=f"{STORY}:{name}:{receipt.item}", **kwargs
        )

    def _arrive(self) -> str:
        """The son comes to 普陀 with his mother's papers and a written mandate."""
        met = serve.meet(self.clerk, MOTHER, how="card", agent=SON, at=self.at, key=f"{STORY}:meet")
        self.visit = met.visit
        # A fixed end: one counted from today would be another mandate tomorrow, and the key would say that it was reused.
        serve.register_mandate(
            self.clerk,
            self.visit,
            until=dt.date(2036, 12, 31),
            paper="委托书 2026-1",
            at=self._later(minutes=1),
            key=f"{STORY}:mandate",
        )
        return "visit opened, mandate registered"

    def _card(self) -> str:
        """(1) 敬老卡: direct acceptance, decided for the city."""
        intake = Intake(answers=HOME | {"card_bank": "icbc"}, declarations=("tax_statement_made",))
        receipt = self._receive("jinglaoka", intake)
        return f"{receipt.number}: accepted at the counter, promised by {receipt.due_on}"

    def _relief(self) -> str:
        """(2) 低保: received here, handed over to the home center in 杨浦."""
        answers = HOUSEHOLD | {
            "hardship_reason": "养老金低于低保标准", "pay_bank": "中国工商银行", "account_name": "沈桂芳",
            "account_number": "6222020200112233446", "household_medical_cost": "0", "account_is_own": True,
        }  # fmt: skip
        papers = (PaperIn("dibao_form"), PaperIn("support_statement"))
        intake = Intake(
            answers=answers, papers=papers, declarations=("consent_economic_check",), follow=("bank_card", "assets_proof")
        )  # fmt: skip
        receipt = self._receive("dibao", intake)
        return f"{receipt.number}: handed over to {center_name(receipt.handling)}, to be taken over by {receipt.due_on}"

    def _hospital(self) -> str:
        """(3) 异地就医备案: decided on the spot."""
        answers = {
            "phone": HOME["phone"],
            "medical_transfer_direction": "out", "remote_kind": "longterm", "remote_province": "浙江省",
            "remote_city": "嘉兴市", "remote_address": "南湖区中山东路1号",
        }  # fmt: skip
        receipt = self._receive("yidi_jiuyi", Intake(answers=answers))
        done = self._act(handle.finish, self.clerk, receipt, name="finish")
        return f"{receipt.number}: {done.stage} at the counter"

    def _housing(self) -> str:
        """(4) 廉租住房: accepted here, to be reviewed here and settled by the home district."""
        answers = HOUSEHOLD | {
            "housing_area": "6.5", "housing_kind": "relative", "sold_home_within_five_years": False,
            "lianzu_way": "subsidy", "relief_kind": "none", "hukou_since": "1998-05-06",
        }  # fmt: skip
        papers = (PaperIn("lianzu_form"),)
        follow = ("housing_status", "income_proof")
        intake = Intake(answers=answers, papers=papers, declarations=("consent_economic_check",), follow=follow)
        receipt = self._receive("lianzu", intake)
        return f"{receipt.number}: {receipt.stage}, {receipt.due_kind} by {receipt.due_on}"

    def _relief_handled(self) -> str:
        """杨浦 takes the relief case over and asks once for a correction."""
        self._later(days=1)
        receipt = self.receipts[1]
        self._act(handle.take_over, self.yangpu, receipt, name="take_over")
        points = (Point("paper", "support_statement", "incomplete"), Point("field", "household_members", "incomplete"))
        note = "赡养说明缺少儿子的签名;家庭成员请写明与本人的关系和住址"
        asked = self._act(handle.ask_correction, self.yangpu, receipt, points, note, name="ask_correction")
        return f"told once: 2 points, until {asked.due_on}"

    def _relief_corrected(self) -> str:
        """The son brings what was asked to the 普陀 counter."""
        self._later(days=2)
        receipt = self.receipts[1]
        met = serve.meet(self.clerk, MOTHER, how="card", agent=SON, at=self.at, key=f"{STORY}:meet:2")
        done = self._act(
            handle.receive_correction, self.clerk, receipt, {"household_members": "沈桂芳,本人,住莘庄镇;沈建国,儿子,住长寿路街道"},
            (PaperIn("support_statement"),), visit=met.visit, name="receive_correction",
        )  # fmt: skip
        return f"received at 普陀, the pen stays at {center_name(done.holder)}"

    def _relief_decided(self) -> str:
        """杨浦 accepts, decides and sends the result."""
        receipt = self.receipts[1]
        self._act(handle.accept, self.yangpu, receipt, name="accept")
        self._later(days=1)
        self._act(handle.review, self.yangpu, receipt, "pass", name="review")
        self._act(handle.decide, self.yangpu, receipt, True, name="decide")
        done = self._act(deliver.deliver, self.yangpu, receipt, "mail", name="deliver")
        return f"{done.stage}, a promised paper may still follow"

    def _housing_reviewed(self) -> str:
        """普陀 reviews the housing case and hands it over for settlement."""
        done = self._act(handle.review, self.putuo, self.receipts[3], "pass", name="review")
        return f"reviewed in 普陀, now held by {center_name(done.holder)}"

    def _housing_settled(self) -> str:
        """杨浦 settles the housing case at home."""
        receipt = self.receipts[3]
        self._act(handle.take_over, self.yangpu, receipt, name="take_over")
        self._act(handle.decide, self.yangpu, receipt, True, name="decide")
        done = self._act(deliver.deliver, self.yangpu, receipt, "counter", "agent", name="deliver")
        return f"{done.stage} by the home district"

    def _card_decided(self) -> str:
        """The card is decided for the city and handed to the son."""
        receipt = self.receipts[0]
        self._act(handle.decide, self.putuo, receipt, True, name="decide")
        done = self._act(deliver.deliver, self.putuo, receipt, "counter", "agent", name="deliver")
        return f"{done.stage}"
