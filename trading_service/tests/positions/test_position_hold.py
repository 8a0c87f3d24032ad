"""position_hold: units of a position are set aside for a sell."""

from __future__ import annotations

import pytest

from trading_service.positions import services
from trading_service.positions.errors import InsufficientPosition
from trading_service.positions.models import Position
from trading_service.positions.services import Move, Movement

pytestmark = pytest.mark.django_db


def test_no_more_is_held_than_is_there(key) -> None:
    services.positions_move([Movement(**key, move=Move.BUY, quantity=5, money=100)])
    services.position_hold(**key, quantity=3)
    with pytest.raises(InsufficientPosition) as refusal:
        services.position_hold(**key, quantity=3)
    assert refusal.value.params == {"limit": 2, "value": 3}
    assert Position.objects.get().held_quantity == 3
