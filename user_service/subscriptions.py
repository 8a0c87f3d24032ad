"""All subscriptions of user_service: none yet.

It only publishes events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servicekit.contracts import Event

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {}
