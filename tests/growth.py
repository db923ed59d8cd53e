"""How work grows with its size, measured so that a slow or busy machine changes nothing."""

from collections.abc import Callable
from time import thread_time

_TIMES = 16


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Compare the work for *size* with that for a sixteenth of it.

    Linear work grows to 16 times as much, quadratic work to 256 times: the limit lies in the
    middle, by ratio. Only this thread's own processor time counts, the least of three.
    """
    small, large = (_least_seconds(work, n) for n in (size // _TIMES, size))
    assert large < _TIMES**1.5 * small, f"{large:.3f} s against {small:.5f} s"


def _least_seconds(work: Callable[[int], object], n: int) -> float:
    def once() -> float:
        begin = thread_time()
        work(n)
        return thread_time() - begin

    return min(once() for _ in range(3))
