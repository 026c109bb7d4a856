"""Makes the synthetic residents: the same seed gives the same city, so tests, benches and the demo speak of the same
people. Families come first and persons follow from them, so that every spouse, parent and child exists."""

import csv
import random
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tongban.simulated import names
from tongban.simulated.numbers import citizen
from tongban.simulated.resident import Insurance, Job, Marriage, Pension, Permit, Relief, Resident

ON = date(2026, 11, 1)
"""The day the pretended city was counted; ages follow from it."""

SEED = 2018
COUNT = 5000


class Place(msgspec.Struct, frozen=True):
    """A street, town or township of Shanghai; ``people`` = its share of its district's population (2020 census)."""

    code: str
    district: str
    name: str
    people: int

    def address(self, rng: random.Random) -> str:
        """An invented address there."""
        where = f"{rng.randint(1, 1999)}弄{rng.randint(1, 99)}号{rng.randint(1, 24)}{rng.randint(1, 4):02d}室"
        return f"上海市{self.district}{self.name}{rng.choice(names.ROADS)}{where}"


@cache
def places() -> tuple[Place, ...]:
    """The 215 streets, towns and townships."""
    text = (files("tongban.simulated") / "places.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Place(r["code"], r["district"], r["name"], int(r["people"])) for r in rows)


@cache
def place(code: str) -> Place:
    """The place with this 9-digit code; KeyError when there is none."""
    return {p.code: p for p in places()}[code]


def make(seed: int = SEED, n: int = COUNT, on: date = ON) -> tuple[Resident, ...]:
    """Exactly ``n`` residents with unique numbers: the named ones first, then drawn from the seed."""
    from tongban.simulated.named import NAMED

    if n <= len(NAMED):
        return NAMED[:n]
    draw = _Draw(seed, on, {r.number for r in NAMED})
    made = list(NAMED)
    while len(made) < n:
        made += draw.family(n - len(made))
    return tuple(made)


class _Member(msgspec.Struct):
    number: str
    name: str
    sex: str
    birth: date
    nation: str
    age: int


class _Draw:
    """A seeded source of families; keeps the numbers already given away."""

    def __init__(self, seed: int, on: date, taken: set[str]) -> None:
        self.rng, self.on, self.taken = random.Random(seed), on, set(taken)
        self.places = places()
        self.weights = [p.people for p in self.places]
        self.serial = 0

    def family(self, most: int) -> list[Resident]:
        """One family of at most ``most`` persons."""
        rng = self.rng
        kind = rng.random()
        local = rng.random() < 0.6
        area, home = ("", "") if local else rng.choice(names.OUTSIDE)
        if most < 4 or kind < 0.28:
            age = rng.choice((rng.randint(19, 40), rng.randint(41, 64), rng.randint(60, 99)))
            people = [self._member(area, age, rng.choice(("male", "female")), "")]
        else:
            age = rng.randint(25, 88)
            man = self._member(area, age, "male", "")
            people = [man, self._member(area, max(22, age - rng.randint(-3, 6)), "female", "")]
            youngest = min(age, people[1].age)
            for _ in range(0 if kind < 0.5 else 1 if kind < 0.85 else 2):
                child = youngest - rng.randint(22, 38)
                if 0 <= child <= 30:
                    people.append(self._member(area, child, rng.choice(("male", "female")), man.name))
        return self._household(people, local, home)

    def _member(self, area: str, age: int, sex: str, father: str) -> _Member:
        rng = self.rng
        birth = self.on - timedelta(days=age * 365.25 + rng.randint(1, 360))
        where = area or (rng.choice(names.OLD_AREAS) if age > 30 and rng.random() < 0.3 else self._place().code[:6])
        while True:
            number = citizen(where, birth, rng.randint(0, 499) * 2 + (sex == "male"))
            if number not in self.taken:
                self.taken.add(number)
                break
        name, nation = self._name(sex, father)
        return _Member(number, name, sex, birth, nation, (self.on - birth).days * 400 // 146097)

    def _name(self, sex: str, father: str) -> tuple[str, str]:
        rng = self.rng
        if not father and rng.random() < 0.01:
            return rng.choice(names.LONG_NAMES)
        double = father[:2] in names.DOUBLE_SURNAMES
        surname = father[: 2 if double else 1] if father else rng.choice(names.SURNAMES)
        if not father and rng.random() < 0.01:
            surname = rng.choice(names.DOUBLE_SURNAMES)
        given = names.GIVEN_MEN if sex == "male" else names.GIVEN_WOMEN
        name = surname + rng.choice(given) + (rng.choice(given) if rng.random() < 0.75 else "")
        if rng.random() < 0.015:
            name = surname + rng.choice(names.RARE_GIVEN)
        return name, "汉" if rng.random() < 0.97 else rng.choice(names.NATIONS)

    def _place(self) -> Place:
        return self.rng.choices(self.places, self.weights)[0]

    def _household(self, people: list[_Member], local: bool, home: str) -> list[Resident]:
        rng = self.rng
        lives = self._place()
        # Four in ten of those registered here live somewhere else in the city: the reason for this whole program.
        hukou = self._place() if rng.random() < 0.4 else lives
        here = lives.address(rng)
        registered = (
            (here if hukou is lives else hukou.address(rng)) if local else f"{home}{rng.choice(names.ROADS)}8号"
        )
        couple = people[:2] if len(people) > 1 else []
        children = tuple(p.number for p in people[2:])
        self.serial += 1
        marriage = self._marriage(couple, lives) if couple else None
        made = []
        for i, p in enumerate(people):
            adult = p in couple or len(people) == 1
            permit = None if local or p.age < 16 else self._permit(lives)
            facts = self._livelihood(p)
            made.append(
                Resident(
                    number=p.number,
                    name=p.name,
                    sex=p.sex,
                    birth=p.birth,
                    nation=p.nation,
                    **_card(p, self.on, rng),
                    hukou_place=hukou.code if local else "",
                    hukou_address=registered,
                    hukou_book=f"{people[0].number[:6]}{self.serial:09d}",
                    relation="户主" if i == 0 else "妻" if i == 1 else "子" if p.sex == "male" else "女",
                    residence_place=lives.code,
                    residence_address=here,
                    permit=permit,
                    marital="已婚" if p in couple else self._marital(p) if adult else "未婚",
                    spouse=couple[1 - i].number if p in couple else "",
                    marriage=marriage if p in couple else None,
                    father="" if adult else people[0].number,
                    mother="" if adult else people[1].number,
                    children=children if adult else (),
                    birth_licence="" if adult or p.birth.year < 1996 else f"P31{p.birth:%y}{self.serial:06d}{i}",
                    **facts,
                )
            )
        return made

    def _marital(self, p: _Member) -> str:
        if p.age < 22:
            return "未婚"
        return self.rng.choice(("丧偶", "丧偶", "离婚", "未婚") if p.age > 65 else ("未婚", "未婚", "离婚"))

    def _marriage(self, couple: list[_Member], lives: Place) -> Marriage:
        youngest = min(p.age for p in couple)
        on = self.on - timedelta(days=self.rng.randint(30, max(31, (youngest - 21) * 365)))
        return Marriage(
            f"J{lives.code[:6]}-{on.year}-{self.serial:06d}", on, f"上海市{lives.district}民政局婚姻登记中心"
        )

    def _permit(self, lives: Place) -> Permit:
        since = self.on - timedelta(days=self.rng.randint(1, 420))
        return Permit(f"{lives.code}{self.rng.randint(0, 999999):06d}", since, date(since.year + 1, since.month, 28))

    def _livelihood(self, p: _Member) -> dict[str, Any]:
        rng, on = self.rng, self.on
        facts: dict[str, Any] = {"convicted": p.age > 20 and rng.random() < 0.004}
        facts["savings"] = f"{rng.randint(0, 600)}000.00"
        employee = rng.random() < 0.8
        retired = p.age >= (60 if p.sex == "male" else 55)
        if retired:
            low, high = (3200, 9000) if employee else (1300, 1800)
            since = date(p.birth.year + (60 if p.sex == "male" else 55), p.birth.month, 1)
            money = f"{rng.randint(low, high)}.{rng.randint(0, 9)}0"
            facts["pension"] = Pension("employee" if employee else "resident", money, since)
        elif p.age >= 22 and employee:
            firm, code, district = rng.choice(names.EMPLOYERS)
            where = rng.choice([q.code for q in self.places if q.code.startswith(district)])
            since = on - timedelta(days=rng.randint(20, 365 * max(1, p.age - 21)))
            facts["job"] = Job(firm, code, where, since, f"{rng.randint(2740, 38000)}.00")
        kind = "employee" if employee and p.age >= 22 else "resident"
        facts["insurance"] = Insurance(
            f"31{self.serial:07d}{rng.randint(0, 9)}", kind, rng.random() < 0.97, max(p.birth, date(2001, 1, 1))
        )
        if not employee and p.age > 25 and rng.random() < 0.12:
            relief = rng.choice(("最低生活保障", "低收入困难家庭", "特困供养"))
            number = f"DB{self.serial:08d}"
            facts["relief"] = Relief(
                number, relief, f"{rng.randint(400, 1595)}.00", date(2025, 12, 1), date(2026, 11, 30)
            )
        return facts


def _card(p: _Member, on: date, rng: random.Random) -> dict[str, Any]:
    """Cards run 5 years under 16, 10 until 25, 20 until 45, then without end (Identity Card Act, article 5)."""
    since = max(p.birth, on - timedelta(days=rng.randint(1, 1700)))
    age = (since - p.birth).days * 400 // 146097
    years = 5 if age < 16 else 10 if age < 26 else 20 if age < 46 else 0
    if not years:
        return {"card_from": since, "card_until": None}
    return {"card_from": since, "card_until": date(since.year + years, since.month, min(since.day, 28))}
