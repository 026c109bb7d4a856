"""What work costs, for tests that hold something to a bound: the processor's time of this thread and not the time on the wall, for
whoever shares the processor, or stops it for a while, would make such a test fail. The bounds are ten times what is measured and
more: they catch work that grows with the square of what it is given, and leave a slow machine in peace."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """What is done inside may cost so many seconds of a processor."""
    begun = time.thread_time()
    yield
    spent = time.thread_time() - begun
    assert spent < seconds, f"{spent:.2f} s of a processor"
