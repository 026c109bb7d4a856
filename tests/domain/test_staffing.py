"""First passwords: long enough, readable aloud, never the same twice."""

import os
import re

import pytest

from tongban.domain.actor import POWERS
from tongban.domain.staffing import POWERS_IN_ENGLISH, make_password


def test_a_first_password_can_be_read_out_and_is_never_repeated() -> None:
    made = {make_password(os.urandom(16)) for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}", one) for one in made)
    assert not any(c in one for one in made for c in "01ilo")


def test_too_little_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        make_password(b"x" * 15)


def test_every_power_is_said_in_english() -> None:
    assert set(POWERS_IN_ENGLISH) == set(POWERS)
