"""How deep property tests look. Fast enough to run before every commit, and never flaky on a busy machine; `make test` looks
deeper, and TONGBAN_EXAMPLES=1000 as deep as one has time for."""

import os

from hypothesis import settings

settings.register_profile("lane", max_examples=int(os.environ.get("TONGBAN_EXAMPLES", "40")), deadline=None)
settings.load_profile("lane")
