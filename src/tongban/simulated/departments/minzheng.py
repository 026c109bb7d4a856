"""Civil affairs: marriage register, relief register and the check of a household's means.
CERTCODE and MAKEDAY were seen in public code; the rest of the names is reconstructed."""

from decimal import Decimal
from typing import Any

from tongban.simulated.city import Answers, Bad, City, moment, must
from tongban.simulated.resident import Resident

_RELIEF = {"最低生活保障": "01", "低收入困难家庭": "02", "特困供养": "03"}


def _envelope(**more: Any) -> dict[str, Any]:
    return {"success": True, "message": "", "time": moment().isoformat(timespec="seconds"), **more}


def _marriage(city: City, r: Resident) -> dict[str, Any] | None:
    other = city.by_number.get(r.spouse)
    if r.marriage is None or other is None:
        return None
    man, woman = (r, other) if r.sex == "male" else (other, r)
    return {
        "TYPE": "marriage",
        "CERTCODE": r.marriage.number,
        "MAKEDAY": f"{r.marriage.on:%Y%m%d}",
        "OFFICE": r.marriage.office,
        "STATUS": "有效",
        "HUSBAND": {"NAME": man.name, "IDCODE": man.number},
        "WIFE": {"NAME": woman.name, "IDCODE": woman.number},
    }


def _relief(r: Resident) -> dict[str, Any] | None:
    if r.relief is None:
        return None
    return {
        "TYPE": "relief",
        "CERTCODE": r.relief.number,
        "MAKEDAY": f"{r.relief.since:%Y%m%d}",
        "ENDDAY": f"{r.relief.until:%Y%m%d}",
        "KIND": _RELIEF[r.relief.kind],
        "AMOUNT": r.relief.monthly,
        "HOLDER": {"NAME": r.name, "IDCODE": r.number},
    }


def search(city: City, body: Any) -> dict[str, Any]:
    """Records of these types for the holder."""
    types, holder, _ = must(body, "types", "holder", "purpose")
    r = city.find(*must(holder, "idNumber", "name"))
    found = (
        [_marriage(city, r) if t == "marriage" else _relief(r) if t == "relief" else None for t in types] if r else []
    )
    return _envelope(records=[one for one in found if one])


def _household(city: City, r: Resident) -> list[Resident]:
    numbers = [r.number, r.spouse, *r.children]
    people = [city.by_number[n] for n in numbers if n in city.by_number]
    return [p for p in people if p.residence_place == r.residence_place and p.residence_address == r.residence_address]


def verify(city: City, body: Any) -> dict[str, Any]:
    """Marital status (with the other spouse), relief status, or the means of the household (yuan a month, savings)."""
    what, holder, _ = must(body, "check", "holder", "purpose")
    r = city.find(*must(holder, "idNumber", "name"))
    if what not in ("marital", "relief", "means"):
        raise Bad("check")
    if r is None:
        return _envelope(result=None)
    home = _household(city, r)
    income = sum(
        (Decimal(p.job.wage) if p.job else Decimal(p.pension.monthly) if p.pension else Decimal("0.00") for p in home),
        Decimal("0.00"),
    )
    savings = sum((Decimal(p.savings) for p in home), Decimal("0.00"))
    answers: dict[str, dict[str, Any]] = {
        "marital": {"MARITAL": r.marital, "CERTIFICATE": _marriage(city, r)},
        "relief": {"KIND": _RELIEF[r.relief.kind] if r.relief else "00"},
        "means": {"INCOME": str(income), "SAVINGS": str(savings), "MEMBERS": len(home)},
    }
    return _envelope(result={"HOLDER": {"NAME": r.name, "IDCODE": r.number}, **answers[what]})


def notice(city: City, body: Any) -> dict[str, Any]:
    """Take note of a decision."""
    key, _ = must(body, "id", "caseNumber")
    return _envelope(
        receipt=city.take("minzheng", key, body, (body.get("holder") or {}).get("idNumber"), body.get("values"))
    )


ANSWERS: Answers = {"/api/certificates/search": search, "/api/verify": verify, "/api/notices": notice}
