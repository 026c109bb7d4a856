"""我的中心: what somebody chose, else where they live, else where they are registered, as far as a center is there."""

import msgspec
import pytest

from tongban.domain.jurisdiction import NEAREST, my_center

GUMEI, PUTUO, YANGPU = "310112006", "310107015", "310110008"


class Center(msgspec.Struct):
    code: str
    name: str = ""


class City:
    """Centers for three streets and nowhere else."""

    def center_of(self, code: str) -> Center | None:
        return Center(code) if code in (GUMEI, PUTUO, YANGPU) else None


@pytest.mark.parametrize(
    ("chosen", "lives", "registered", "found"),
    [
        (PUTUO, GUMEI, YANGPU, PUTUO),
        ("", GUMEI, YANGPU, GUMEI),
        ("", None, YANGPU, YANGPU),
        ("320508001", "320508001", YANGPU, YANGPU),
        ("", "", "320508001", ""),
    ],
)
def test_chosen_before_near_before_registered(chosen: str, lives: str | None, registered: str, found: str) -> None:
    assert my_center(City(), chosen, dict(zip(NEAREST, (lives, registered), strict=True))) == found
