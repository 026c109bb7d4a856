"""Health: the birth-certificate library; a certificate is found by the child and by either parent.
SNEONATALNAME, SDADNAME, SDADETHNIC, HOLDERCODE were seen in public code; the rest is reconstructed."""

from hashlib import sha256
from typing import Any

from tongban.simulated.city import Answers, City, must, stamp
from tongban.simulated.resident import Resident

BIRTH = "314910001000500"


def _certificate(city: City, child: Resident) -> dict[str, str]:
    father, mother = city.by_number.get(child.father), city.by_number.get(child.mother)
    return {
        "CATMAINCODE": BIRTH,
        "CERTNO": child.birth_licence,
        "HOLDERCODE": child.number,
        "SNEONATALNAME": child.name,
        "SNEONATALSEX": "男" if child.sex == "male" else "女",
        "SBIRTHDAY": f"{child.birth:%Y%m%d}",
        "SDADNAME": father.name if father else "",
        "SDADETHNIC": father.nation if father else "",
        "SDADIDCODE": child.father,
        "SMUMNAME": mother.name if mother else "",
        "SMUMIDCODE": child.mother,
        "MAKEDAY": f"{child.birth:%Y%m%d}",
    }


def _entered(city: City, name: str, case: object) -> list[dict[str, str]]:
    """The certificate of a newborn who has no number yet: found by the case in which it was decided, and the name."""
    said = city.granted("weijian", "caseNo", case)
    if said is None or said.get("child_name") != name or not said.get("child_birth_date"):
        return []
    number = f"P31{int(sha256(str(case).encode()).hexdigest(), 16) % 10**7:07d}"
    birth = str(said["child_birth_date"]).replace("-", "")
    row = dict.fromkeys(("HOLDERCODE", "SDADNAME", "SDADETHNIC", "SDADIDCODE", "SMUMNAME", "SMUMIDCODE"), "")
    row |= {"CATMAINCODE": BIRTH, "CERTNO": number, "SNEONATALNAME": name, "SBIRTHDAY": birth, "MAKEDAY": birth}
    return [row | {"SNEONATALSEX": "男" if said.get("child_sex") == "male" else "女"}]


def query(city: City, body: Any) -> dict[str, Any]:
    """Birth certificates of the person and of the person's children."""
    _, name, use = must(body, "catMainCode", "certName", "use")
    number = body.get("certCode")
    if not number:
        rows = _entered(city, name, use.get("caseNo"))
        return {"status": 200, "msg": "success", "time": stamp(), "total": len(rows), "rows": rows}
    r = city.find(number, name)
    people = [r, *(city.by_number[n] for n in r.children if n in city.by_number)] if r else []
    rows = [_certificate(city, p) for p in people if p.birth_licence]
    return {"status": 200, "msg": "success", "time": stamp(), "total": len(rows), "rows": rows}


def notice(city: City, body: Any) -> dict[str, Any]:
    """Take note of a decision."""
    key, _ = must(body, "messageId", "caseNo")
    return {
        "status": 200,
        "msg": "success",
        "time": stamp(),
        "receipt": city.take("weijian", key, body, body.get("certCode"), body.get("values")),
    }


ANSWERS: Answers = {"/elicence/birth": query, "/notice": notice}
