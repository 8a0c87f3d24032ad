"""Waiting for what comes by itself: until it is there, and never for a number of looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Seconds after which what does not come counts as never coming: a busy machine takes long.
WAIT_S = 60.0


def wait(look: Callable[[], Any], otherwise: str = "it did not come to that", seconds: float = WAIT_S) -> Any:
    """What ``look`` gives as soon as that is something; fails with ``otherwise``.

    Raises:
        AssertionError: it gives nothing within the time.
    """
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"{otherwise} within {seconds} s"
        time.sleep(0.05)
    return found
