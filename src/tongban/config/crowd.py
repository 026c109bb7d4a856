"""The crowd of a day: synthetic residents, each with an item and all that it asks of them, at a random center of the city. What
is brought is worked out from the catalog with the city's own rulebook, so a new item needs nothing here; the same seed gives
the same crowd."""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tongban.domain import handed_in, receiving
from tongban.domain.element import Element
from tongban.domain.handed_in import PaperIn
from tongban.domain.item import ItemVersion
from tongban.domain.receiving import Assessment, City, Intake, Known
from tongban.registers.catalog import city as catalog
from tongban.simulated import residents
from tongban.simulated.resident import Resident

# Rounds of asking the rulebook what is still missing and bringing it.
ROUNDS = 14
# How often each scope is brought, of a hundred. The catalog has a hundred direct items for eight that travel, and a day that
# followed it would hardly see a letter; in life, what people bring elsewhere is what they cannot bring at home.
SCOPES = {"direct": 40, "split": 45, "settle_home": 10, "local": 5}


class Brought(msgspec.Struct, frozen=True):
    """A resident at a center with everything for one item: ``body`` is what POST /cases takes. ``fields`` and ``papers``
    name what could be corrected later."""

    center: str
    item: str
    scope: str
    applicant: dict[str, Any]
    body: dict[str, Any]
    fields: tuple[str, ...]
    papers: tuple[str, ...]
    on_the_spot: bool = False


class Crowd:
    """Draws residents. Make one per run: it reads and compiles the city's folder."""

    def __init__(self, folder: Path, seed: int, today: dt.date) -> None:
        source = catalog.load(folder)
        if source.city is None:
            raise ValueError(f"{folder}: the catalog has errors; run `tongban catalog check`")
        compiled = source.city
        self.rng, self.seed, self.today = random.Random(f"crowd:{seed}"), seed, today
        self.city = City(
            {e.code: e for e in compiled.elements}, {m.code: m for m in compiled.materials}, compiled.places.places()
        )
        self.centers = tuple(sorted(c.code for c in compiled.places.centers))
        # What a situation file says of somebody who may have the item is where a resident of ours begins.
        self.examples: dict[str, list[Mapping[str, Any]]] = {}
        for situation, _ in source.situations:
            if situation.expect.eligible is not False:
                self.examples.setdefault(situation.given.item, []).append(situation.given.answers)
        self.by_scope: dict[str, list[ItemVersion]] = {scope: [] for scope in SCOPES}
        for version in _newest(compiled.versions, today):
            if version.receivable and "window" in version.channels and version.item.audience == "person":
                self.by_scope[version.scope].append(version)

    def arrivals(self, count: int) -> Iterator[Brought]:
        """``count`` residents, each ready to be received."""
        people = [r for r in residents.make(self.seed, n=int(count * 2.2) + 200) if r.hukou_place and self._adult(r)]
        self.rng.shuffle(people)
        scopes = [s for s in SCOPES if self.by_scope[s]]
        weights = [SCOPES[s] for s in scopes]
        made = 0
        for one in people:
            if made >= count:
                return
            for _ in range(8):
                scope = self.rng.choices(scopes, weights)[0]
                if (brought := self.bring(one, self.rng.choice(self.by_scope[scope]))) is not None:
                    yield brought
                    made += 1
                    break
        if made < count:
            raise ValueError(f"only {made} of {count} residents found an item that fits them")

    def bring(self, one: Resident, version: ItemVersion) -> Brought | None:
        """What this resident has to bring for this item; None when the item is not for them."""
        center = self.rng.choice(self.centers)
        if version.scope == "local":
            home = {"residence": one.residence_place, "employer": one.job.place if one.job else ""}
            center = home.get(version.home or "hukou", one.hukou_place)
            if center not in self.centers:
                return None
        said = {"name": one.name, "id_number": one.number, "sex": one.sex, "birth_date": one.birth.isoformat()}
        intake = Intake(answers=self._begin(one, version))
        for _ in range(ROUNDS):
            # The card says who they are, and nobody types over it: whom an item is not for has to bring another.
            seen = receiving.assess(
                version, self.city, Known(said, vouched=frozenset(said)), intake, center, self.today
            )
            if seen.ready:
                return self._body(one, version, center, intake, seen)
            better = self._mend(version, seen, intake)
            if better is None:
                return None
            intake = better
        return None

    def correction(self, brought: Brought, points: list[dict[str, str]]) -> dict[str, Any]:
        """What is brought when these points were asked to be corrected: another value, another paper."""
        answers = {
            p["code"]: self.value(self.city.elements[p["code"]], brought.body["answers"].get(p["code"]))
            for p in points
            if p["what"] == "field"
        }
        return {"answers": answers, "papers": [{"material": p["code"]} for p in points if p["what"] == "paper"]}

    def once_more(self, brought: Brought) -> dict[str, Any]:
        """The whole form of what was brought, where it went with a disk: also what stayed empty, so that nothing goes unsaid."""
        version = next(v for v in self.by_scope[brought.scope] if v.code == brought.item)
        said: dict[str, Any] = brought.body["answers"]
        return dict.fromkeys(handed_in.matter(version, self.city.elements), "") | said

    def correctable(self, code: str) -> bool:
        """A field that can be given another value without changing where the case belongs or who may have it."""
        return self.city.elements[code].type in ("text", "longtext", "address", "phone")

    def _adult(self, one: Resident) -> bool:
        return one.birth.year <= self.today.year - 19

    def _begin(self, one: Resident, version: ItemVersion) -> dict[str, Any]:
        examples = self.examples.get(version.code)
        example = self.rng.choice(examples) if examples else {}
        own = {
            "ethnic": one.nation, "phone": one.phone, "hukou_kind": "shanghai", "hukou_division": one.hukou_place,
            "hukou_address": one.hukou_address, "residence_division": one.residence_place,
            "residence_address": one.residence_address, "account_name": one.name,
        }  # fmt: skip
        if one.job:
            own |= {"employer_division": one.job.place, "employer_name": one.job.employer}
        # Who they are is told by the card, not by the form.
        asked = {f.element for f in version.fields} - {"name", "id_number", "sex", "birth_date"}
        return {code: value for code, value in {**example, **own}.items() if code in asked}

    def _mend(self, version: ItemVersion, seen: Assessment, intake: Intake) -> Intake | None:
        """One more round: fill what is empty, hand in what is missing, be somebody for whom the conditions hold."""
        answers, papers = dict(intake.answers), {p.material: p for p in intake.papers}
        signed = set(intake.declarations)
        for problem in seen.problems:
            _, part, code = [*problem.pointer.split("/"), "", ""][:3]
            if part == "answers" and code in self.city.elements:
                answers[code] = self.value(self.city.elements[code], answers.get(code))
            elif part == "papers":
                papers[code] = PaperIn(code)
                kind = self.city.materials.get(code)
                if kind and any(way.declaration for way in kind.satisfied_by):
                    signed.add(code)
        mine = {f.element for f in version.fields}
        for unmet in seen.eligibility.failing:
            for code in {c for leaf in unmet.outcome.because for c in leaf.test.elements()} & mine:
                answers[code] = self.value(self.city.elements[code], answers.get(code))
        if (answers, papers, signed) == (
            intake.answers,
            {p.material: p for p in intake.papers},
            set(intake.declarations),
        ):
            return None
        return Intake(answers=answers, papers=tuple(papers.values()), declarations=tuple(sorted(signed)))

    def _body(self, one: Resident, version: ItemVersion, center: str, intake: Intake, seen: Assessment) -> Brought:
        applicant = {"name": one.name, "number": one.number, "birth": one.birth.isoformat(), "sex": one.sex}
        body = {
            "item": version.code, "applicant": applicant, "how": "card", "center": center, "answers": intake.answers,
            "papers": [{"material": p.material} for p in intake.papers], "declarations": list(intake.declarations),
        }  # fmt: skip
        # Only what the form keeps can be corrected: a field that this situation does not ask for is not there.
        fields = tuple(code for code in intake.answers if code in seen.form.values and self.correctable(code))
        return Brought(
            center, version.code, version.scope, applicant, body, fields, tuple(p.material for p in intake.papers),
            version.handling == "on_the_spot",
        )  # fmt: skip

    def value(self, element: Element, before: object) -> Any:
        """A value for an element, another one than before where there is another."""
        if element.type in ("choice", "multichoice"):
            codes = [c.code for c in element.choices]
            others = [c for c in codes if c != before and [c] != before] or codes
            chosen = self.rng.choice(others)
            return [chosen] if element.type == "multichoice" else chosen
        if element.type in ("integer", "number", "money", "quantity"):
            low, high = int(element.min or 0), int(element.max if element.max is not None else 40)
            return str(self.rng.randint(low, max(low, min(high, low + 40))))
        if element.type == "boolean":
            return not before if isinstance(before, bool) else True
        if element.type == "date":
            return (self.today - dt.timedelta(days=self.rng.randint(1, 4000))).isoformat()
        return self._text(element)

    def _text(self, element: Element) -> str:
        rng = self.rng
        if element.type == "id_number":
            return rng.choice(residents.make(self.seed, n=60)).number
        if element.type == "division":
            return rng.choice(self.centers)
        known = {
            "phone": f"1380013{rng.randrange(10**4):04d}", "bank_card": "6222021001116245702", "email": "nobody@example.com",
            "credit_code": "91310000MA1FL3X00U", "name": "沈建国", "address": f"莘松路{rng.randint(1, 900)}弄{rng.randint(1, 99)}号",
        }  # fmt: skip
        text = known.get(element.type, f"如材料所示({rng.randint(1, 9_999)})")
        return text[: element.max_length] if element.max_length else text


def _newest(versions: tuple[ItemVersion, ...], today: dt.date) -> list[ItemVersion]:
    newest: dict[str, ItemVersion] = {}
    for version in sorted(versions, key=lambda v: v.version):
        if version.valid_from <= today:
            newest[version.code] = version
    return list(newest.values())
