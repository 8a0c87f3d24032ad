"""All subscriptions of user_service: event → handler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servicekit.contracts import Event, billing
from user_service.closings.handlers import on_closing_decided

SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {billing.ClosingDecided: on_closing_decided}
