"""Interleaved timing: every round runs every contender, so a busy machine slows all of them."""

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter


def medians(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each contender over *rounds* interleaved rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            seconds[name].append(_once(run))
    return {name: median(values) for name, values in seconds.items()}


def _once(run: Callable[[], object]) -> float:
    gc.collect()
    began = perf_counter()
    result = run()
    took = perf_counter() - began
    del result  # freeing it is not the contender's work
    return took


def without_gc(run: Callable[[], object]) -> Callable[[], object]:
    """Return *run* with the garbage collector off, as a hard reference."""

    def quiet() -> object:
        gc.disable()
        try:
            return run()
        finally:
            gc.enable()

    return quiet
