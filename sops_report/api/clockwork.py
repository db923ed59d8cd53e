"""The clocks and dice of this room, so that a test can hold them."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """The clocks and dice.

    Attributes:
        monotonic: Seconds for measuring.
        now: Seconds since 1970.
        sleep: Waits that many seconds.
        chance: A random number from 0 to 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
