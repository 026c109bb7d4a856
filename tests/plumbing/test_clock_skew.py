"""A clock may be wrong in a test only: the variable alone moves nothing."""

import datetime as dt
import os
import subprocess
import sys

import pytest

_SAY = "from tongban.plumbing import clock; import datetime as dt; print((clock.now() - dt.datetime.now(dt.UTC)).total_seconds())"


@pytest.mark.parametrize(
    ("told", "wrong"),
    [({}, 0), ({"TONGBAN_CLOCK_SKEW": "3600"}, 0), ({"TONGBAN_CLOCK_SKEW": "-90", "TONGBAN_TEST": "1"}, -90)],
)
def test_only_a_test_may_have_a_wrong_clock(told: dict[str, str], wrong: int) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TONGBAN_")}
    done = subprocess.run([sys.executable, "-c", _SAY], env=kept | told, capture_output=True, text=True, check=True)
    apart = dt.timedelta(seconds=float(done.stdout))
    assert abs(apart - dt.timedelta(seconds=wrong)) < dt.timedelta(seconds=5)
