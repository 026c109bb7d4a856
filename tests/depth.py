"""How deep property tests look. Fast enough to run before every commit, and never flaky on a busy machine; `make test` looks
deeper, and TONGBAN_EXAMPLES=1000 as deep as one has time for. So deep it seeks new examples each time; the everyday runs take
the same ones, so that what refuses a change is about the change."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("TONGBAN_EXAMPLES", "40"))

settings.register_profile(
    "lane",
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("lane")
