"""Whose positions the tests of this folder move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from servicekit.contracts import market


@pytest.fixture
def key(aapl: market.InstrumentChanged, user_id: UUID) -> dict[str, Any]:
    """Whose position, and of what."""
    return {"user_id": user_id, "instrument_id": aapl.instrument_id}
