"""The admin: operators look, and change nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from trading_service.orders.models import Fill, Order, OrderTransition
from trading_service.positions.models import Position
from trading_service.reference.models import LatestQuote, ListedInstrument

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))  # type: ignore[arg-type]
    return client


@pytest.mark.parametrize("model", [Order, Fill, OrderTransition, Position, ListedInstrument, LatestQuote])
def test_every_table_can_be_looked_at_but_not_changed(aapl, world, user_id, operator, model) -> None:
    world.filled(user_id)
    place = f"/admin/trading/{model._meta.app_label}/{model._meta.model_name}/"
    row = model.objects.first()
    for address in (place, f"{place}?q=AAPL", f"{place}{row.pk}/change/"):
        assert operator.get(address).status_code == 200, address
    assert operator.get(f"{place}add/").status_code == 403
    assert operator.post(f"{place}{row.pk}/change/", {}).status_code == 403
    assert operator.post(f"{place}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Client().get(place).status_code == 302
