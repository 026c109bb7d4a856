"""A short storm by a fixed seed. Longer ones: `make chaos MINUTES=30 SEED=…`; TONGBAN_FAULT_SECONDS and TONGBAN_FAULT_SEED here."""

import os

import pytest

from tests.city import chaos

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(1_800)]
# Who comes depends on the day (ages do); of this crowd many bring their case to another district, whatever the day.
SEED = int(os.environ.get("TONGBAN_FAULT_SEED", "42"))
SECONDS = float(os.environ.get("TONGBAN_FAULT_SECONDS", "20"))


def test_nothing_is_lost_in_a_storm() -> None:
    found = chaos.run(
        seed=SEED, districts=2, seconds=SECONDS, faults=10_000, rate=3.0, pause=(0.2, 1.2),
        only=("web", "mail room", "database", "post office", "cut", "twice", "out of order", "forged"), least=8, least_kinds=4,
    )  # fmt: skip
    print("\n" + str(found))
    assert found.wrong == [], f"seed {SEED}"
    assert found.left == 0
    assert found.faults >= 8 and len(found.struck) >= 4 and found.received >= 30 and found.crossed >= 5, (
        "proves nothing"
    )
