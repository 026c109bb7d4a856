"""Human resources and social security: function numbers and AA-coded fields after the habit of that ministry's systems.
All names are reconstructed."""

from typing import Any

from tongban.simulated.city import Answers, Bad, City, moment, must, stamp
from tongban.simulated.resident import Resident


def _employment(r: Resident) -> dict[str, Any] | None:
    if r.job is None:
        return None
    return {
        "AAC002": r.number,
        "AAC003": r.name,
        "AAB004": r.job.employer,
        "AAB003": r.job.credit_code,
        "AAB301": r.job.place,
        "AAE030": int(f"{r.job.since:%Y%m%d}"),
        "AAC008": "1",
    }


def _pension(r: Resident) -> dict[str, Any] | None:
    if r.pension is None:
        return None
    return {
        "AAC002": r.number,
        "AAC003": r.name,
        "AAE140": "110" if r.pension.kind == "employee" else "170",
        "AIC160": int(f"{r.pension.since:%Y%m%d}"),
        "AIC266": r.pension.monthly,
        "AAC008": "2",
    }


def _book(r: Resident) -> dict[str, Any] | None:
    if not 16 <= moment().year - r.birth.year < 60:
        return None
    status = "1" if r.job else "2" if r.pension else "3"
    return {"AAC002": r.number, "AAC003": r.name, "AAC048": f"JY{r.number[:6]}{r.number[-8:]}", "AAC008": status}


_RECORDS = {"Q_BOOK": _book, "Q_EMPLOY": _employment, "Q_PENSION": _pension}


def service(city: City, body: Any) -> dict[str, Any]:
    """One door for all functions; FUNID says which."""
    function, number, name, _ = must(body, "FUNID", "AAC002", "AAC003", "BIZ")
    answer: dict[str, Any] = {"APPCODE": 1, "MSG": "", "AAE036": stamp(), "KNOWN": 0, "LIST": []}
    if function not in _RECORDS:
        raise Bad("FUNID")
    r = city.find(number, name)
    if r is None:
        return answer
    record = _RECORDS[function](r)
    return answer | {"KNOWN": 1, "LIST": [record] if record else []}


def notice(city: City, body: Any) -> dict[str, Any]:
    """Take note of a decision."""
    key, _ = must(body, "MSGID", "BIZNO")
    return {
        "APPCODE": 1,
        "MSG": "",
        "AAE036": stamp(),
        "RECEIPT": city.take("renshe", key, body, body.get("AAC002"), body.get("VALUES")),
    }


ANSWERS: Answers = {"/sis/service": service, "/sis/notice": notice}
