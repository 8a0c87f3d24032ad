"""What user_service listens to: nothing yet.

It tells others who signed up and who signed out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servicekit.contracts import Event

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {}
