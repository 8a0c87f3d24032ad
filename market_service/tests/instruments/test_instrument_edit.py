"""Given an operator, then what changes of an instrument is told to the other services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_edit, instrument_halt, instrument_open
from market_service.venue.models import VenueOrder
from servicekit.audit.models import AuditEntry
from servicekit.contracts.market import InstrumentChanged
from servicekit.errors import ChangedMeanwhile
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.admin import confirm, operation_address, seen

pytestmark = pytest.mark.django_db

TEXTS: Any = {
    "name_en": "Apple", "name_ru": "Эппл", "description_en": "Phones.", "description_ru": "Телефоны.",
}  # fmt: skip


def test_an_edit_is_published_with_the_next_version(listed: Any, published: Any) -> None:
    instrument = listed("AAPL")

    instrument_edit(instrument_id=instrument.pk, **TEXTS)
    instrument_edit(instrument_id=instrument.pk, **TEXTS)

    first, second = published(InstrumentChanged)
    assert (first.name_en, second.name_en) == ("AAPL Inc.", "Apple")
    assert list(OutboxEvent.objects.order_by("outbox_seq").values_list("sequence", flat=True)) == [1, 2]


def test_halting_and_opening_are_published_once_each(listed: Any, published: Any) -> None:
    instrument = listed("AAPL")
    for change in (instrument_halt, instrument_halt, instrument_open, instrument_open):
        change(instrument_id=instrument.pk)
    assert [event.status for event in published(InstrumentChanged)] == ["open", "halted", "open"]
    assert Instrument.objects.get().version == 3


def test_the_admin_edits_the_wording_only(operator: Client, listed: Any, published: Any) -> None:
    instrument = listed("AAPL")
    address = f"/admin/market/instruments/instrument/{instrument.pk}/change/"
    assert operator.get(address).status_code == 200

    forged = {"available_quantity": 5, "ticker": "EVIL", "status": "halted", "price": "1", "version": 9}
    answer = operator.post(address, {**TEXTS, "seen": 1, **forged})

    assert answer.status_code == 302
    changed = Instrument.objects.get()
    assert (changed.name_ru, changed.ticker, changed.available_quantity) == ("Эппл", "AAPL", 1000)
    assert (changed.status, changed.version) == ("open", 2)
    assert published(InstrumentChanged)[-1].name_ru == "Эппл"
    row = AuditEntry.objects.get()
    assert (row.action, row.object_name, row.after["name_ru"]) == ("instrument.edit", "AAPL", "Эппл")


def test_the_admin_halts_and_opens(operator: Client, listed: Any, published: Any) -> None:
    chosen = [listed("AAPL"), listed("TSLA")]
    list_url = "/admin/market/instruments/instrument/"
    for action in ("halt", "open"):
        page = operator.post(
            list_url, {"action": action, "_selected_action": [str(instrument.pk) for instrument in chosen]}
        )
        assert page["Location"] == operation_address(action, *chosen)
        assert confirm(operator, action, *chosen, reason="news").status_code == 302
    assert [event.status for event in published(InstrumentChanged)][2:] == ["halted"] * 2 + ["open"] * 2
    trail = AuditEntry.objects.order_by("id").values_list(
        "action", "reason", "before__status", "after__status"
    )
    assert (
        list(trail)
        == [("instrument.halt", "news", "open", "halted")] * 2
        + [("instrument.open", "news", "halted", "open")] * 2
    )


def test_of_two_operators_the_second_is_refused(operator: Client, listed: Any, published: Any) -> None:
    """Both opened the page; the first saved. Nothing of hers is overwritten unseen."""
    instrument = listed("AAPL")
    address = f"/admin/market/instruments/instrument/{instrument.pk}/change/"
    assert 'name="seen" value="1"' in operator.get(address).content.decode()
    operator.post(address, {**TEXTS, "seen": 1})

    late = operator.post(address, {**TEXTS, "name_ru": "Яблоко", "seen": 1})

    html = late.content.decode()
    assert "The data has changed since this page was opened; nothing was done." in html
    assert 'value="Яблоко"' in html  # what was typed is kept
    assert Instrument.objects.get().name_ru == "Эппл"
    russian = operator.post(address, {**TEXTS, "seen": 1}, headers={"Accept-Language": "ru"})
    assert "С тех пор как открыта эта страница" in russian.content.decode()
    assert operator.post(address, {**TEXTS, "name_ru": "Яблоко", "seen": 2}).status_code == 302
    assert [row.after for row in AuditEntry.objects.order_by("id")][1] == {"name_ru": "Яблоко"}
    for bad in ({}, {"seen": "x"}, {"seen": "-1"}, {"seen": "9" * 30}):
        assert operator.post(address, {**TEXTS, **bad}).status_code == 200
    assert Instrument.objects.get().version == 3


def test_an_edit_that_was_overtaken_at_the_last_moment_is_refused(listed: Any) -> None:
    instrument = listed("AAPL")
    instrument_halt(instrument_id=instrument.pk)
    with pytest.raises(ChangedMeanwhile):
        instrument_edit(instrument_id=instrument.pk, **TEXTS, version=1)


def test_a_halt_of_what_has_been_halted_meanwhile_is_reported(operator: Client, listed: Any) -> None:
    instrument = listed("AAPL")
    address = operation_address("halt", instrument)
    fields = seen(operator, address)
    instrument_halt(instrument_id=instrument.pk)
    late = operator.post(address, fields | {"reason": "news"})
    assert "The data has changed since this page was opened" in late.content.decode()
    assert not AuditEntry.objects.exists()


def test_a_price_is_set_and_published(operator: Client, listed: Any, published: Any) -> None:
    instrument = listed("AAPL")
    before = instrument.quote.price
    answer = confirm(operator, "price", instrument, price="123.45", reason="a split")
    assert answer.status_code == 302
    changed = published(InstrumentChanged)[-1]
    instrument.quote.refresh_from_db()
    assert changed.price == instrument.quote.price == Decimal("123.45")
    assert changed.price_at == instrument.quote.price_at
    row = AuditEntry.objects.get()
    assert (row.action, row.reason) == ("instrument.price", "a split")
    assert (Decimal(row.before["price"]), row.after["price"]) == (before, "123.45")


@pytest.mark.parametrize(
    "price", ["0", "-1", "0.001", "123.455", "NaN", "Infinity", "1e30", "", "x", "9" * 40]
)
def test_no_price_that_cannot_be(operator: Client, listed: Any, price: str) -> None:
    instrument = listed("AAPL")
    before = instrument.quote.price
    assert confirm(operator, "price", instrument, price=price).status_code == 200
    instrument.quote.refresh_from_db()
    assert instrument.quote.price == before
    assert not AuditEntry.objects.exists()


def test_more_and_less_is_issued_but_never_less_than_sold(
    operator: Client, listed: Any, published: Any
) -> None:
    instrument = listed("AAPL")
    Instrument.objects.filter(pk=instrument.pk).update(available_quantity=900)  # 100 are sold

    assert confirm(operator, "quantity", instrument, issued_quantity="1500").status_code == 302
    more = Instrument.objects.get()
    assert (more.issued_quantity, more.available_quantity) == (1500, 1400)
    assert confirm(operator, "quantity", instrument, issued_quantity="100").status_code == 302
    least = Instrument.objects.get()
    assert (least.issued_quantity, least.available_quantity) == (100, 0)
    assert [event.issued_quantity for event in published(InstrumentChanged)] == [1000, 1500, 100]

    for quantity in ("99", "0", "-1", "1.5", str(10**15 + 1), "9" * 40, "x", ""):
        assert confirm(operator, "quantity", instrument, issued_quantity=quantity).status_code == 200, (
            quantity
        )
    again = Instrument.objects.get()
    assert (again.issued_quantity, again.available_quantity, again.version) == (100, 0, 3)
    trail = AuditEntry.objects.order_by("id").values_list("action", "before", "after")
    assert list(trail) == [
        ("instrument.quantity", {"issued": 1000, "available": 900}, {"issued": 1500, "available": 1400}),
        ("instrument.quantity", {"issued": 1500, "available": 1400}, {"issued": 100, "available": 0}),
    ]


def test_the_house_is_changed(operator: Client, listed: Any) -> None:
    instrument = listed("AAPL")
    assert confirm(operator, "house", instrument, house="", half_spread="0.25").status_code == 302
    changed = Instrument.objects.get()
    assert (changed.house, changed.half_spread) == (False, Decimal("0.25"))
    for spread in ("-1", "430.47", "1e30", "NaN", "x", "0.1234567"):
        assert confirm(operator, "house", instrument, house="on", half_spread=spread).status_code == 200
    assert not Instrument.objects.get().house
    (row,) = AuditEntry.objects.all()
    assert (row.action, row.before["house"], row.after["house"]) == ("instrument.house", True, False)


def test_the_half_spread_goes_by_the_price_again(operator: Client, listed: Any) -> None:
    instrument = listed("AAPL")
    address = f"/admin/market/instruments/instrument/{instrument.pk}/change/"
    assert "$0.00" in operator.get(address).content.decode()
    assert confirm(operator, "house", instrument, house="on", half_spread="").status_code == 302
    assert Instrument.objects.get().half_spread is None
    assert "$0.22, by the price" in operator.get(address).content.decode()
    (row,) = AuditEntry.objects.all()
    assert (row.before["half_spread"], row.after["half_spread"]) == ("0", None)


@pytest.mark.parametrize(
    "page",
    [
        "instruments/instrument",
        "quotes/quote",
        "quotes/dailyprice",
        "venue/restingorder",
        "venue/trade",
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
