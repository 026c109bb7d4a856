"""Medical insurance: the numbered messages of the national insurance platform (1101 = who is this person, how insured).
The outline follows its published interface; details are reconstructed."""

from typing import Any

from tongban.simulated.city import Answers, Bad, City, moment, must


def message(city: City, body: Any) -> dict[str, Any]:
    """1101: person and insurance. 9901: take note."""
    number, key, content, _ = must(body, "infno", "msgid", "input", "opter")
    reply: dict[str, Any] = {
        "infcode": 0,
        "inf_refmsgid": key,
        "respond_time": f"{moment():%Y%m%d%H%M%S}000",
        "err_msg": "",
        "output": None,
    }
    (data,) = must(content, "data")
    if number == "9901":
        return reply | {"output": {"receipt": city.take("yibao", key, body, data.get("certno"), content.get("values"))}}
    if number != "1101":
        raise Bad("infno")
    r = city.find(*must(data, "certno", "psn_name"))
    if r is None:
        return reply
    insured = []
    if r.insurance:
        insured.append(
            {
                "insutype": "310" if r.insurance.kind == "employee" else "390",
                "psn_insu_stas": "1" if r.insurance.active else "2",
                "psn_insu_date": r.insurance.since.isoformat(),
                "insuplc_admdvs": "310000",
                "retired": "1" if r.pension else "0",
            }
        )
    person = {
        "psn_no": r.insurance.number if r.insurance else "",
        "certno": r.number,
        "psn_name": r.name,
        "gend": "1" if r.sex == "male" else "2",
        "brdy": r.birth.isoformat(),
        "tel": r.phone,
    }
    return reply | {"output": {"baseinfo": person, "insuinfo": insured}}


ANSWERS: Answers = {"/fsi/api": message}
