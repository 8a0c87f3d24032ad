"""Given an operator, then what changes of an instrument is told to the other services."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_edit, instrument_halt, instrument_open
from market_service.venue.models import VenueOrder
from servicekit.contracts.market import InstrumentChanged
from servicekit.messaging.models import OutboxEvent

pytestmark = pytest.mark.django_db

TEXTS = {"name_en": "Apple", "name_ru": "Эппл", "description_en": "Phones.", "description_ru": "Телефоны."}


@pytest.fixture
def operator(client: Client) -> Client:
    users: Any = get_user_model().objects
    client.force_login(users.create_superuser("operator"))
    return client


def test_an_edit_is_told_with_the_next_version(listed: Any, published: Any) -> None:
    instrument = listed("AAPL")

    instrument_edit(instrument_id=instrument.pk, **TEXTS)
    instrument_edit(instrument_id=instrument.pk, **TEXTS)

    first, second = published(InstrumentChanged)
    assert (first.name_en, second.name_en) == ("AAPL Inc.", "Apple")
    assert list(OutboxEvent.objects.order_by("position").values_list("sequence", flat=True)) == [1, 2]


def test_halting_and_opening_are_told_once_each(listed: Any, published: Any) -> None:
    instrument = listed("AAPL")
    for change in (instrument_halt, instrument_halt, instrument_open, instrument_open):
        change(instrument_id=instrument.pk)
    assert [event.status for event in published(InstrumentChanged)] == ["open", "halted", "open"]
    assert Instrument.objects.get().version == 3


def test_the_admin_edits_the_wording_only(operator: Client, listed: Any, published: Any) -> None:
    instrument = listed("AAPL")
    address = f"/admin/market/instruments/instrument/{instrument.pk}/change/"
    assert operator.get(address).status_code == 200

    answer = operator.post(address, {**TEXTS, "available_quantity": 5, "ticker": "EVIL", "status": "halted"})

    assert answer.status_code == 302
    changed = Instrument.objects.get()
    assert (changed.name_ru, changed.ticker, changed.available_quantity) == ("Эппл", "AAPL", 1000)
    assert (changed.status, changed.version) == ("open", 2)
    assert published(InstrumentChanged)[-1].name_ru == "Эппл"


def test_the_admin_halts_and_opens(operator: Client, listed: Any, published: Any) -> None:
    instrument = listed("AAPL")
    listing = "/admin/market/instruments/instrument/"
    for action in ("halt", "open"):
        answer = operator.post(listing, {"action": action, "_selected_action": [str(instrument.pk)]})
        assert answer.status_code == 302
    assert [event.status for event in published(InstrumentChanged)] == ["open", "halted", "open"]


@pytest.mark.parametrize(
    "page",
    [
        "instruments/instrument",
        "quotes/quote",
        "quotes/dailyprice",
        "venue/venueorder",
        "venue/reconciliation",
    ],
)
def test_the_admins_pages_open_and_nothing_is_added_by_hand(operator: Client, listed: Any, page: str) -> None:
    listed("AAPL")
    assert operator.get(f"/admin/market/{page}/").status_code == 200
    assert operator.get(f"/admin/market/{page}/add/").status_code == 403
    assert not VenueOrder.objects.exists()


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/admin/market/instruments/instrument/")
    assert answer.status_code == 302
    assert "login" in answer["Location"]
