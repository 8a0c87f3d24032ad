"""After ``reset_market`` there are no orders and no positions; the instruments are still known."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from servicekit.audit.models import AuditEntry
from servicekit.ids import new_id
from trading_service.orders.models import Order
from trading_service.positions.models import Position
from trading_service.reference.models import LatestQuote, ListedInstrument

pytestmark = pytest.mark.django_db


def test_nothing_is_held_or_on_order(world: Any, api: Any) -> None:
    user_id = new_id()
    world.list_instrument()
    world.filled(user_id)
    assert Position.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # of the test's own transaction

    call_command("reset_market", archive="/kept")

    for emptied in (Order, Position, LatestQuote):
        assert not emptied.objects.exists(), emptied  # type: ignore[attr-defined]
    assert ListedInstrument.objects.get().ticker == "AAPL"
    assert AuditEntry.objects.get(action="market.reset").before == {"orders": 1, "fills": 1}
    assert api(user_id).get("/api/v1/positions").json()["results"] == []
