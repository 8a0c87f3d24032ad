"""The admin: operators look, find, and change nothing."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from servicekit.contracts import user
from servicekit.ids import new_id
from trading_service.alerts.models import PriceAlert
from trading_service.alerts.services import alert_set
from trading_service.orders.models import Fill, Order, OrderDeadline, OrderReplacement, OrderTransition
from trading_service.positions.models import DailyFlow, Lot, Position
from trading_service.reference.models import DailyClose, LatestQuote, ListedInstrument
from trading_service.tests.conftest import World
from trading_service.watchlist.models import WatchedInstrument
from trading_service.watchlist.services import instrument_watch

pytestmark = pytest.mark.django_db

ORDERS = "/admin/trading/orders/order/"
TABLES: list[Any] = [
    Order, Fill, OrderTransition, Position, Lot, DailyFlow, ListedInstrument, LatestQuote, DailyClose,
    WatchedInstrument, PriceAlert,
]  # fmt: skip
ROW = re.compile(r'class="field-created_at')


@pytest.fixture
def a_row_each(aapl: Any, world: World, user_id: UUID) -> None:
    """Each of the tables has a row."""
    world.filled(user_id)
    instrument_watch(user_id=user_id, ticker="AAPL")
    alert_set(user_id=user_id, ticker="AAPL", price=Decimal(110))
    world.quote("AAPL", "101.00", at=timezone.now())


@pytest.mark.parametrize("model", TABLES)
def test_every_table_can_be_looked_at_but_not_changed(a_row_each, operator, model) -> None:
    place = f"/admin/trading/{model._meta.app_label}/{model._meta.model_name}/"
    row = model.objects.first()
    for address in (place, f"{place}?q=AAPL", f"{place}{row.pk}/change/"):
        assert operator.get(address).status_code == 200, address
    assert operator.get(f"{place}add/").status_code == 403
    assert operator.post(f"{place}{row.pk}/change/", {}).status_code == 403
    assert operator.post(f"{place}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Client().get(place).status_code == 302


@pytest.mark.parametrize("model", [*TABLES, OrderDeadline, OrderReplacement])
def test_a_list_opens_its_rows(a_row_each, world, operator, model) -> None:
    """A link in a link opens nothing, so a column that leads elsewhere does not open the row."""
    order = world.order(new_id())
    OrderReplacement.objects.create(
        order=order, new_order_id=new_id(), quantity=2, limit_price=90, client_order_id="k", request_id="r"
    )
    place = f"/admin/trading/{model._meta.app_label}/{model._meta.model_name}/"
    page = operator.get(place).content.decode()
    opened = re.findall(rf'<a href="{place}([^"/]+)/change/">((?:(?!</a>).)*)</a>', page, re.DOTALL)
    assert {pk for pk, _ in opened} >= {str(row.pk) for row in model._default_manager.all()}
    assert [shown for _, shown in opened if "<a " in shown] == []


def named(deliver: Any, user_id: Any, name: str = "Anna.K") -> None:
    deliver(
        user.AccountRegistered(
            user_id=user_id, username=name, email="a@example.com", locale="en", registered_at=timezone.now()
        )
    )


def test_one_search_finds_an_order(aapl, world, user_id, operator, deliver) -> None:
    """By its id, the client's key, the customer's id or (the beginning of) the name, and the ticker."""
    world.filled(user_id)
    order = Order.objects.get()
    named(deliver, user_id)
    deliver(
        user.ProfileChanged(user_id=user_id, email="a@x.org", locale="en", display_name="Анна К."), sequence=2
    )
    for query in (
        order.id, str(order.id).upper(), f" {order.id} ", order.client_order_id, user_id, "anna.k", "ANN",
        "анна", "aapl", "AAPL",
    ):  # fmt: skip
        page = operator.get(ORDERS, {"q": str(query)}).content.decode()
        assert ROW.search(page), query
    for query in (new_id(), "bob", "TSLA", "AAP", "%", "_", "'", "x" * 500):
        page = operator.get(ORDERS, {"q": str(query)})
        assert page.status_code == 200
        assert not ROW.search(page.content.decode()), query


def test_people_are_shown_by_name_and_by_a_short_id_until_it_is_known(
    aapl, world, user_id, operator, deliver
) -> None:
    world.filled(user_id)
    page = operator.get(ORDERS).content.decode()
    assert f'<span class="short-id" title="{user_id}">{user_id}</span></a>' in page
    named(deliver, user_id)
    for address in (
        ORDERS,
        f"{ORDERS}{Order.objects.get().pk}/change/",
        "/admin/trading/positions/position/",
    ):
        page = operator.get(address).content.decode()
        assert f'<a href="/admin/users/accounts/user/{user_id}/change/">Anna.K</a>' in page


def test_names_are_read_at_once_however_many_rows_there_are(
    aapl, world, user_id, operator, deliver, django_assert_max_num_queries
) -> None:
    for _ in range(5):
        world.filled(new_id())
    with django_assert_max_num_queries(12):
        operator.get(ORDERS)


@pytest.mark.parametrize(
    ("language", "amount", "status"), [("en", "$", "filled"), ("ru", "\xa0$", "исполнена")]
)
def test_money_is_money_and_words_are_the_readers(
    aapl, world, user_id, operator, language, amount, status
) -> None:
    world.filled(user_id)
    order = Order.objects.get()
    page = operator.get(ORDERS, headers={"Accept-Language": language}).content.decode()
    cells = re.findall(r'<td class="field-amount">([^<]+)</td>', page)
    assert len(cells) == 1
    assert amount in cells[0]
    assert str(order.amount) not in cells[0]
    assert status in page


def test_an_order_leads_to_everything_that_came_of_it(aapl, world, user_id, operator) -> None:
    world.filled(user_id)
    order = Order.objects.get()
    page = operator.get(f"{ORDERS}{order.pk}/change/").content.decode()
    for place in (
        f"/admin/billing/holds/hold/?q={order.pk}",
        f"/admin/billing/ledger/journalentry/?q={order.pk}",
        f"/admin/market/venue/venueorder/?q={order.pk}",
        f"/admin/notifications/notification_inbox/notification/?q={order.pk}",
        f"/admin/trading/messaging/outboxevent/?q=order%2F{order.pk}",
    ):
        assert f'href="{place}"' in page


def test_no_english_is_left_in_the_russian_admin(a_row_each, operator) -> None:
    """Names of columns, filters, fields and pages: what is not data has Russian letters."""
    for model in TABLES:
        place = f"/admin/trading/{model._meta.app_label}/{model._meta.model_name}/"
        for address in (place, f"{place}{model._default_manager.first().pk}/change/"):
            page = operator.get(address, headers={"Accept-Language": "ru"}).content.decode()
            words = [
                *re.findall(r'<div class="text">(?:<a [^>]*>|<span>)([^<]+)<', page),
                *re.findall(r"<summary>\s*([^<]+?)\s*</summary>", page),
                *re.findall(r"<label>([^<]+):</label>", page),
                *re.findall(r'<th class="column-[^"]*"[^>]*>\s*([^<]+?)\s*<', page),
                *re.findall(r"<h1>([^<]+)</h1>", page),
            ]
            assert words, address
            assert [word for word in words if not re.search("[а-яё]", word, re.IGNORECASE)] == [], address
