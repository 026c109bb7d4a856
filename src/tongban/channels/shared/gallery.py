"""Samples of every part, made up and used for nothing else: the gallery page, its screenshot and its axe test."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tongban.domain.element import Choice, Element
from tongban.domain.refusals import Problem
from tongban.domain.text import Text

DAY = dt.date(2026, 11, 20)
MORNING = dt.datetime(2026, 11, 20, 1, 12, tzinfo=dt.UTC)

ELEMENTS = {
    "name": Element("name", Text("姓名", "Name"), "name"),
    "id_number": Element("id_number", Text("公民身份号码", "Citizen number"), "id_number", hint=Text("18 位,最后一位可能是 X", "18 characters; the last may be X")),
    "birth_date": Element("birth_date", Text("出生日期", "Date of birth"), "date"),
    "phone": Element("phone", Text("联系电话", "Telephone"), "phone"),
    "income": Element("income", Text("家庭月收入", "Monthly income of the household"), "money", min=Decimal(0)),
    "area": Element("area", Text("人均居住面积", "Floor space per person"), "quantity", unit="m2"),
    "living_alone": Element("living_alone", Text("是否独居", "Living alone"), "boolean"),
    "delivery": Element("delivery", Text("领取方式", "How to receive the result"), "choice", choices=(
        Choice("counter", Text("窗口领取", "At the counter")), Choice("mail", Text("邮寄", "By mail")),
        Choice("electronic", Text("电子证照", "Electronic")))),
    "needs": Element("needs", Text("需要的帮助", "Help needed"), "multichoice", choices=(
        Choice("meal", Text("助餐", "Meals")), Choice("bath", Text("助浴", "Bathing")), Choice("walk", Text("助行", "Walking")))),
    "district": Element("district", Text("户籍所在区", "District of hukou"), "choice", choices=tuple(
        Choice(str(310100 + n), Text(zh, en)) for n, zh, en in (
            (1, "黄浦区", "Huangpu"), (4, "徐汇区", "Xuhui"), (5, "长宁区", "Changning"), (6, "静安区", "Jing'an"),
            (7, "普陀区", "Putuo"), (9, "虹口区", "Hongkou"), (10, "杨浦区", "Yangpu")))),
    "note": Element("note", Text("补充说明", "Remarks"), "longtext"),
}  # fmt: skip

PROBLEMS = (
    Problem("form.required", Text("请填写“联系电话”", "Please fill in “Telephone”"), "/answers/phone"),
    Problem("code.citizen.check_digit", Text("公民身份号码第 18 位校验码不符", "The check character of the citizen number does not fit"),
            "/answers/id_number", Text("请对照身份证逐位核对", "Compare it with the card, digit by digit")),
)  # fmt: skip


def samples() -> dict[str, Any]:
    """The context of the gallery page."""
    return {
        "e": ELEMENTS,
        "problems": PROBLEMS,
        "day": DAY,
        "picked": ["meal"],
        "names": [Text("读卡", "Read card"), Text("核对材料", "Check papers"), Text("确认", "Confirm"), Text("出凭证", "Receipt")],
        "entries": [
            {"at": MORNING, "title": Text("已收件", "Received"), "place": Text("普陀区长寿路街道社区事务受理服务中心", "Changshoulu center, Putuo"),
             "by": Text("窗口 3", "counter 3"), "note": Text("收件凭证已打印", "The receipt was printed")},
            {"at": MORNING + dt.timedelta(minutes=8), "title": Text("移交户籍地", "Handed to the home center"), "place": Text("杨浦区", "Yangpu"),
             "state": "now", "note": Text("已送达,对方尚未查看", "Delivered; nobody looked yet")},
            {"title": Text("受理与审核", "Acceptance and review"), "state": "later"},
            {"title": Text("办结送达", "Decision and delivery"), "state": "later"},
        ],
        "columns": [Text("办件编号", "Case"), Text("事项", "Item"), Text("受理中心", "Center"), Text("状态", "State")],
        "lines": [
            ["310107000261120000018", Text("敬老卡申领", "Senior citizen card"), Text("长寿路街道", "Changshoulu"), Text("窗口受理", "Accepted")],
            ["310107000261120000026", Text("廉租住房申请", "Low-rent housing"), Text("长寿路街道", "Changshoulu"), Text("补正中", "Correction asked")],
        ],
    }  # fmt: skip
