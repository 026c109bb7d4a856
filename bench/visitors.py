"""The crowd of the benches: synthetic residents with what each brings to a counter, as the API takes it. Seniors bring 敬老卡
(accepted at the counter), others 社会保障卡; every fifth brings an item that its home center handles (handed over at once);
every third comes back for another item and is known already."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec

from tongban.simulated import residents
from tongban.simulated.resident import Resident

SENIOR, CARD, SPLIT = "jinglaoka", "shebaoka_shenling", "canji_jiaotong"


def bodies(count: int, centers: list[str], seed: int) -> Iterator[dict[str, object]]:
    """``count`` bodies of POST /api/v1/cases at random centers."""
    rng = random.Random(seed)
    crowd = [r for r in residents.make(seed, n=int(count * 1.8) + 100) if r.hukou_place and r.birth.year <= 2008]
    rng.shuffle(crowd)
    made, known = 0, []
    for one in crowd:
        if made >= count:
            return
        senior = one.birth.year <= 1960
        first = SPLIT if made % 5 == 0 else SENIOR if senior else CARD
        yield _body(one, first, rng)
        made += 1
        known.append((one, CARD if first != CARD else SPLIT))
        if made % 3 == 2 and made < count:
            back, item = known.pop(rng.randrange(len(known)))
            yield _body(back, item, rng)
            made += 1


def split_bodies(count: int, home: str, seed: int) -> list[dict[str, Any]]:
    """``count`` bodies of a case that the center of the hukou handles, all of the same hukou place."""
    rng = random.Random(seed)
    crowd = [r for r in residents.make(seed, n=count * 2 + 100) if r.hukou_place and r.birth.year <= 2008]
    found: list[dict[str, Any]] = []
    for one in crowd[:count]:
        body: dict[str, Any] = _body(one, SPLIT, rng)
        body["answers"]["hukou_division"] = home
        found.append(body)
    return found


def _body(one: Resident, item: str, rng: random.Random) -> dict[str, Any]:
    answers: dict[str, object] = {
        "phone": f"138{rng.randrange(10**8):08d}", "hukou_kind": "shanghai", "hukou_division": one.hukou_place,
        "hukou_address": one.hukou_address,
    }  # fmt: skip
    papers, more = ["id_card"], {}
    if item == SPLIT:
        papers += ["disability_transport_form", "disability_cert", "bank_card"]
        answers |= {
            "id_type": "id_card", "residence_division": one.residence_place, "residence_address": one.residence_address,
            "disability_certificate_number": one.number + "41", "disability_kind": "limb", "pay_bank": "icbc",
            "pay_branch": "上海市分行", "account_name": one.name, "account_number": "6222021001116245702",
            "account_is_own": True,
        }  # fmt: skip
    else:
        answers |= {"ethnic": one.nation, "card_bank": "icbc"}
        if item == SENIOR:
            answers |= {"residence_division": one.residence_place, "residence_address": one.residence_address}
            more["declarations"] = ["tax_statement"]
        else:
            papers += ["hukou_book", "photo"]
    return {
        "item": item, "applicant": {"name": one.name, "number": one.number, "birth": one.birth, "sex": one.sex},
        "how": "card", "answers": answers, "papers": [{"material": m} for m in papers], **more,
    }  # fmt: skip


def requests(count: int, token: str, centers: list[str], seed: int) -> list[bytes]:
    """Whole HTTP requests, each with an idempotency key of its own."""
    from bench.client import request
    from tongban.plumbing.ids import new_id

    rng = random.Random(seed)
    return [
        request(
            "POST", "/api/v1/cases", token, msgspec.json.encode(body | {"center": rng.choice(centers)}),
            Idempotency_Key=str(new_id()),
        )
        for body in bodies(count, centers, seed)
    ]  # fmt: skip
