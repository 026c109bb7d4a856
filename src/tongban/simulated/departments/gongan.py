"""Public security: the e-licence library with catalog codes and S-fields, and a yes/no verification.
Field names SNAME, SADDR, SETHNIC were seen in public code; the envelope and the other names are reconstructed."""

from datetime import date
from hashlib import sha256
from typing import Any

from tongban.simulated.city import Answers, Bad, City, moment, must, stamp
from tongban.simulated.numbers import citizen
from tongban.simulated.resident import Resident

ID_CARD, HUKOU_BOOK, HUKOU_PROOF = "310105109000100", "310105105000100", "310195631043500"
_STOPPED = {"id_card": ID_CARD, "hukou_book": HUKOU_BOOK}
PERMIT, RESIDENCE, NO_CRIME = "310990010002500", "310990010003500", "312050035000500"


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else "长期"


def _person(r: Resident) -> dict[str, str]:
    return {"SNAME": r.name, "SIDCODE": r.number}


def _life(r: Resident) -> dict[str, str]:
    return {"SSEX": "男" if r.sex == "male" else "女", "SETHNIC": r.nation, "SBIRTH": _day(r.birth)}


def _hukou(r: Resident) -> dict[str, str]:
    kind = "本市" if r.hukou_place else "外省市"
    return {"SADDR": r.hukou_address, "SADDRCODE": r.hukou_place, "SHUKOUTYPE": kind}


def _residence(r: Resident) -> dict[str, str]:
    return {"SADDR": r.residence_address, "SADDRCODE": r.residence_place}


def _licence(r: Resident, code: str) -> dict[str, Any] | None:
    number, since, until = r.hukou_book, r.hukou_since or r.birth, None
    info: dict[str, str] = _person(r)
    if code == ID_CARD:
        number, since, until = r.number, r.card_from, r.card_until
        info |= _life(r) | {"SADDR": r.hukou_address}
    elif code == HUKOU_BOOK:
        info |= _life(r) | _hukou(r) | {"SRELATION": r.relation, "SINDATE": _day(since)}
    elif code == HUKOU_PROOF and r.hukou_place:
        number = f"HZ{r.hukou_book}"
        info |= _hukou(r)
    elif code == PERMIT and r.permit:
        number, since, until = r.permit.number, r.permit.since, r.permit.until
        info |= _residence(r)
    elif code == RESIDENCE and r.residence_place != r.hukou_place:
        number, since = f"JZ{r.hukou_book}", r.permit.since if r.permit else r.card_from
        info |= _residence(r)
    elif code == NO_CRIME and not r.convicted:
        number = f"WF{r.number[6:14]}{r.number[-4:]}"
    else:
        return None
    return {
        "catMainCode": code,
        "certNo": number,
        "holderCode": r.number,
        "validFrom": _day(since),
        "validTo": _day(until),
        "info": info,
    }


def _entered(name: str, case: object, city: City) -> dict[str, Any] | None:
    """The register's entry of somebody who has just got a number: found by the case in which it was decided, and the name."""
    said = city.granted("gongan", "bizNo", case)
    if said is None or said.get("name") != name or not said.get("birth_date"):
        return None
    birth, male = date.fromisoformat(str(said["birth_date"])), said.get("sex") == "male"
    place = str(said.get("hukou_division") or "310107")
    serial = int(sha256(str(case).encode()).hexdigest(), 16)
    number = citizen(place[:6], birth, serial % 499 * 2 + (1 if male else 2))
    info = {"SNAME": name, "SIDCODE": number, "SSEX": "男" if male else "女", "SBIRTH": _day(birth), "SADDRCODE": place}
    return {
        "catMainCode": HUKOU_BOOK,
        "certNo": f"H{serial % 10**9:09d}",
        "holderCode": number,
        "validFrom": _day(birth),
        "validTo": "长期",
        "info": info,
    }


def query(city: City, body: Any) -> dict[str, Any]:
    """Licences of the holder with these catalog codes; expired ones are given with their dates."""
    codes, name, use = must(body, "catMainCodes", "xm", "useFor")
    number = body.get("zjhm")
    if not number and HUKOU_BOOK in codes:
        entered = _entered(name, use.get("bizNo"), city)
        return {"code": "0", "msg": "ok", "queryTime": stamp(), "data": [entered] if entered else []}
    (number,) = must(body, "zjhm")
    r = city.find(number, name)
    stopped = {_STOPPED.get(what) for what in city.frozen("gongan", number)}
    found = [_licence(r, code) for code in codes if code not in stopped] if r else []
    return {"code": "0", "msg": "ok", "queryTime": stamp(), "data": [one for one in found if one]}


def verify(city: City, body: Any) -> dict[str, Any]:
    """Result 1 yes, 0 no, 2 nobody known; with what is on record."""
    what, number, name, _ = must(body, "type", "zjhm", "xm", "useFor")
    r = city.find(number, name)
    answer: dict[str, Any] = {"code": "0", "msg": "ok", "queryTime": stamp(), "result": "2", "info": None}
    if what not in ("identity", "hukou", "permit", "nocrime"):
        raise Bad("type")
    if r is None:
        return answer
    info = _person(r)
    if what == "identity":
        return answer | {"result": "1", "info": info | _life(r)}
    if what == "hukou":
        return answer | {"result": "1" if r.hukou_place else "0", "info": info | _hukou(r)}
    if what == "permit":
        valid = r.permit is not None and r.permit.until >= moment().date()
        if r.permit:
            info |= _residence(r) | {"SPERMITNO": r.permit.number, "SVALIDTO": _day(r.permit.until)}
        return answer | {"result": "1" if valid else "0", "info": info}
    return answer | {"result": "0" if r.convicted else "1", "info": info}


def notice(city: City, body: Any) -> dict[str, Any]:
    """Take note of a decision."""
    key, _ = must(body, "msgId", "bizNo")
    return {
        "code": "0",
        "msg": "ok",
        "queryTime": stamp(),
        "receipt": city.take("gongan", key, body, body.get("zjhm"), body.get("values")),
    }


ANSWERS: Answers = {"/elicence/query": query, "/verify": verify, "/notice": notice}
