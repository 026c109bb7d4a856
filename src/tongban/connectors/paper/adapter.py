"""The paper twin: a department without a system (or with it switched off) is still a department. It answers at once that
the paper should be brought, so nothing above needs a second way for offices that are not connected."""

from collections.abc import Mapping

from tongban.domain.ports import Checked, Given, Notice, NotThere, Purpose, Subject, Told, Unavailable, Value
from tongban.domain.text import Text

_BRING = Unavailable(
    Text(
        "该部门尚未联网:请收纸质材料,需要时由办理中心发起协查,部门人员答复",
        "This office is not connected: take in the paper; the handling center may send an enquiry that a person there answers",
    ),
    0,
    "paper",
)
_BY_HAND = Unavailable(
    Text("该部门尚未联网,结果由工作人员送达", "This office is not connected: a person will bring it the result"),
    0,
    "paper",
)


class Adapter:
    """Implements ``tongban.domain.ports.Department`` without asking anybody."""

    kinds: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    def licences(self, subject: Subject, kinds: tuple[str, ...], purpose: Purpose) -> Given | NotThere | Unavailable:
        """Always: please bring the paper."""
        return _BRING

    def check(
        self, subject: Subject, what: str, values: Mapping[str, Value], purpose: Purpose
    ) -> Checked | NotThere | Unavailable:
        """Always: please bring the paper."""
        return _BRING

    def tell(self, notice: Notice) -> Told | Unavailable:
        """Always: a person brings it."""
        return _BY_HAND
