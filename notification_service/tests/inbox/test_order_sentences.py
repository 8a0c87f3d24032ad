"""What became of an order is told in the reader's language: how much, at what price, and why not more."""

from decimal import Decimal

import pytest

from notification_service.tests.events import (
    canceled,
    expired,
    filled,
    part_filled,
    rejected,
    rest_canceled,
)
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)

LAST = {"final": True, "remaining": 0, "hold_left": 0}
ONE_SALE = {"side": "sell", "quantity": 1}
NEW_ORDER = {"replaced_by": new_id()}
WRONG_PRICE = {"code": "operator", "detail": "Listed at a wrong price"}


@pytest.mark.parametrize(
    ("make", "fields", "language", "body"),
    [
        (filled, {}, "en", "Bought 5 units of AAPL at $1,194.27 for $5,971.35, fee $2.99."),
        (filled, {**ONE_SALE, "amount": 119_427, "fee": 60}, "en",
         "Sold 1 unit of AAPL at $1,194.27 for $1,194.27, fee $0.60."),
        (filled, {"quantity": 1_104, "price": Decimal("1.0875")}, "ru",
         "Куплено 1\xa0104\xa0шт. AAPL по\xa01,0875\xa0$ на\xa0сумму\xa05\xa0971,35\xa0$, "
         "комиссия\xa02,99\xa0$."),
        (part_filled, {}, "en",
         "Bought 2 units of AAPL at $194.275 on average for $388.55, fee $0.20. Filled so far: 2 of 5."),
        (part_filled, {}, "ru",
         "Куплено 2\xa0шт. AAPL по\xa0194,275\xa0$ в среднем на\xa0сумму\xa0388,55\xa0$, "
         "комиссия\xa00,20\xa0$. "
         "Всего исполнено: 2 из\xa05."),
        (part_filled, {"side": "sell", "executions": [["1", "2", "2", "194.28", "maker", "customer"]]}, "en",
         "Sold 2 units of AAPL at $194.275 for $388.55, fee $0.20. Filled so far: 2 of 5."),
        (part_filled, {**LAST, "filled_quantity": 5, "price": Decimal("100")}, "en",
         "Bought 2 units of AAPL at $100.00 on average for $388.55, fee $0.20. "
         "That completes the order: 5 in all."),
        (part_filled, {**LAST, "filled_quantity": 1_205}, "ru",
         "Куплено 2\xa0шт. AAPL по\xa0194,275\xa0$ в среднем на\xa0сумму\xa0388,55\xa0$, "
         "комиссия\xa00,20\xa0$. "
         "Теперь заявка исполнена целиком: 1\xa0205."),
        (part_filled, {**LAST, "filled_quantity": 2}, "en",
         "Bought 2 units of AAPL at $194.275 on average for $388.55, fee $0.20."),
        (canceled, {}, "en", "The order to buy 5 units of AAPL was canceled."),
        (canceled, ONE_SALE, "en", "The order to sell 1 unit of AAPL was canceled."),
        (canceled, {"side": "sell", "quantity": 22, "filled_quantity": 1}, "ru",
         "Заявка на продажу 22\xa0шт. AAPL отменена. До этого исполнено 1\xa0шт."),
        (rest_canceled, {}, "en", "The order to buy 5 units of AAPL was canceled."),
        (rest_canceled, {"code": "unfilled", "filled_quantity": 2}, "en",
         "The order to buy 5 units of AAPL was canceled. Nothing more was on offer within the order's bound. "
         "2 units had been filled before that."),
        (rest_canceled, NEW_ORDER, "en", "The order to buy 5 units of AAPL was replaced by a new one."),
        (rest_canceled, {**NEW_ORDER, **ONE_SALE, "filled_quantity": 0}, "ru",
         "Заявка на продажу 1\xa0шт. AAPL заменена новой."),
        (rest_canceled, {**NEW_ORDER, "filled_quantity": 1}, "en",
         "The order to buy 5 units of AAPL was replaced by a new one. 1 unit had been filled before that."),
        (rest_canceled, {"code": "self_trade"}, "ru",
         "Заявка на покупку 5\xa0шт. AAPL отменена. "
         "Сделка была бы с вашей же заявкой, поэтому остаток этой заявки отменён."),
        (rest_canceled, {"code": "corporate_action", "side": "sell"}, "en",
         "The order to sell 5 units of AAPL was canceled. "
         "The units of this instrument were changed, so all open orders for it were canceled."),
        (rest_canceled, WRONG_PRICE, "en",
         "The order to buy 5 units of AAPL was canceled. The exchange canceled the order. "
         "Reason: Listed at a wrong price"),
        (rest_canceled, {**WRONG_PRICE, "filled_quantity": 1}, "ru",
         "Заявка на покупку 5\xa0шт. AAPL отменена. Заявку отменила биржа. До этого исполнено 1\xa0шт. "
         "Причина: Listed at a wrong price"),
        (expired, {"filled_quantity": 2}, "en",
         "The order to buy 5 units of AAPL expired. The order was not confirmed in time, so it was canceled. "
         "2 units had been filled before that."),
        (expired, {"side": "sell", "quantity": 22}, "ru",
         "Срок заявки на продажу 22\xa0шт. AAPL истёк. Заявку не подтвердили вовремя, поэтому она отменена."),
        (expired, {**ONE_SALE, "code": "day_ended"}, "en",
         "The order to sell 1 unit of AAPL expired. The order's time in the book was over."),
        (expired, {"code": "day_ended", "filled_quantity": 3}, "ru",
         "Срок заявки на покупку 5\xa0шт. AAPL истёк. Срок заявки в стакане закончился. "
         "До этого исполнено 3\xa0шт."),
        (rejected, {}, "en",
         "The order to buy 5 units of AAPL was rejected. "
         "The order needs $6,034.08, and $100.00 is available."),
        (rejected, {}, "ru",
         "Заявка на покупку 5\xa0шт. AAPL отклонена. "
         "Для заявки нужно 6\xa0034,08\xa0$, а доступно 100,00\xa0$."),
    ],
)  # fmt: skip
def test_it_is_told_in_the_readers_language(deliver, told, user_id, make, fields, language, body):
    event = make(user_id, **fields)
    deliver(event)
    assert (told(language)["body"], told(language)["order_id"]) == (body, str(event.order_id))


@pytest.mark.parametrize(
    ("make", "fields", "kind", "title", "in_russian"),
    [
        (filled, {}, "order_filled", "Order filled", "Заявка исполнена"),
        (filled, {"final": False}, "order_partly_filled", "Order partly filled", "Заявка исполнена частично"),
        (rejected, {}, "order_rejected", "Order rejected", "Заявка отклонена"),
        (canceled, {}, "order_canceled", "Order canceled", "Заявка отменена"),
        (rest_canceled, {}, "order_canceled", "Order canceled", "Заявка отменена"),
        (rest_canceled, NEW_ORDER, "order_canceled", "Order replaced", "Заявка заменена"),
        (expired, {}, "order_expired", "Order expired", "Срок заявки истёк"),
    ],
)
def test_its_headline(deliver, told, user_id, make, fields, kind, title, in_russian):
    deliver(make(user_id, **fields))
    assert (told()["kind"], told()["title"], told("ru")["title"]) == (kind, title, in_russian)


@pytest.mark.parametrize(
    ("code", "limit", "value", "reason"),
    [
        ("insufficient_position", "3", "5", "3 can be sold; the order is for 5."),
        ("insufficient_quantity", "1200", "5000", "1,200 is offered at the moment; the order is for 5,000."),
        ("price_moved", "195.5", "197.1",
         "The price moved to $197.10, beyond this order's bound of $195.50."),
        ("instrument_halted", "open", "halted", "Trading in this instrument is halted."),
        ("quote_stale", "30", "95", "The market price was 95 s old; at most 30 s is allowed."),
        ("insufficient_funds", "", "", "There is not enough money for the order."),
        ("insufficient_position", "0", "5", "You do not own as much as the order sells."),
        ("unfillable", "0", "5", "The order could not be filled whole at once."),
        ("insufficient_funds", "0.00", "10.00", "The order needs $10.00, and $0.00 is available."),
        ("insufficient_position", "", "", "You do not own as much as the order sells."),
        ("insufficient_quantity", "", "", "Less is offered at the moment than the order asks for."),
        ("price_moved", "", "", "The price moved beyond this order's bound."),
        ("account_frozen", "0.00 USD", "10.00 USD",
         "Your cash account is frozen while it is being checked. It takes no orders to buy until then."),
        ("something_new", "", "", "The exchange refused the order (something_new)."),
    ],
)  # fmt: skip
def test_each_reason_of_a_rejection_is_a_sentence(deliver, told, user_id, code, limit, value, reason):
    deliver(rejected(user_id, side="sell", quantity=1, code=code, limit=limit, value=value))
    assert told()["body"] == f"The order to sell 1 unit of AAPL was rejected. {reason}"


@pytest.mark.parametrize("code", ["insufficient_funds", "insufficient_position", "price_moved"])
def test_a_bound_that_is_no_number_is_shown_as_it_is(deliver, told, user_id, code):
    deliver(rejected(user_id, code=code, limit="all of it", value="more"))
    assert "all of it" in told()["body"]


def test_a_price_whose_currency_the_event_does_not_say_is_in_that_of_the_exchange(
    deliver, told, user_id, settings
):
    settings.HOME_CURRENCY = "RUB"
    deliver(rejected(user_id, code="price_moved", limit="195.50", value="197.10"))
    assert "197,10\xa0₽" in told("ru")["body"]
