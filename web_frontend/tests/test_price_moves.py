"""What a person reviewed binds the order: when the price goes beyond it, it is reviewed again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from servicekit.money import order_charge, to_minor
from servicekit.terms import FEE_RATE, cap_price
from web_frontend.tests.gateway_double import GatewayDouble, quoted, recorded
from web_frontend.tests.test_orders import ADDRESS, FORM, placed
from web_frontend.ticket.estimate import book_value
from web_frontend.ticket.ticket import Ticket, ticket_read

REVIEW = "/instruments/AAPL?side=buy&quantity=2&step=review&key=of-the-form"


def moved_to(gateway: GatewayDouble, price: str) -> None:
    gateway.answer("GET /api/v1/instruments/AAPL", quoted(price=price))


def orders_under_keys(gateway: GatewayDouble, *orders: Any) -> None:
    gateway.answer("GET /api/v1/orders", {"next": None, "previous": None, "results": list(orders)})


def test_the_review_shows_what_binds(vera: Client) -> None:
    page = vera.get(REVIEW).content.decode()
    assert placed(page).items() >= {"price": "429.86", "worst_price": "434.16"}.items()
    assert 'id="worst-price">$434.16<' in page
    assert 'id="worst-total">$868.76<' in page  # 868.32 and a fee of 0.44
    assert "You pay at most" in page
    sale = vera.get("/instruments/AAPL?side=sell&quantity=2&step=review&key=k").content.decode()
    assert placed(sale)["worst_price"] == "425.56"
    assert 'id="worst-total">$850.69<' in sale
    assert "You receive at least" in sale


def test_a_market_order_is_estimated_at_what_the_book_offers(vera: Client, htmx: Callable) -> None:
    """The market price is 429.86; somebody sells at 429.90 and buys at 429.80."""
    asks: list[dict[str, Any]] = [{}, htmx("estimate")]
    for headers in asks:
        page = vera.get("/instruments/AAPL?quantity=2", headers=headers).content.decode()
        assert "Price to buy (ask)" in page
        assert "$429.90" in page
        assert "market price $429.86 · <time" in page
        assert "≈ $429.90" in page
        assert "≈ $860.23" in page  # 859.80 and a fee of 0.43
    review = vera.get(REVIEW).content.decode()
    for words in (
        "Price to buy (ask)",
        "≈ $429.90",
        "market price $429.86 · <time",
        "≈ $859.80",
        "≈ $860.23",
    ):
        assert words in review
    sale = vera.get("/instruments/AAPL?side=sell&quantity=2&step=review&key=k").content.decode()
    for words in ("Price to sell (bid)", "≈ $429.80", "≈ $859.60", "≈ $859.17"):
        assert words in sale
    russian = vera.get(REVIEW, headers={"Accept-Language": "ru"}).content.decode()
    assert "Цена продавцов" in russian
    assert "рыночная цена 429,86" in russian


def test_a_page_has_one_price_of_one_moment(
    vera: Client, gateway: GatewayDouble, htmx: Callable[..., dict[str, str]]
) -> None:
    """What the gateway has kept of the instrument is seconds older than the book, whose price it gets.

    Trading tells a position's value at a price of its own, another one yet.
    """
    now = {"price": "431.00", "price_at": datetime.now(UTC).isoformat()}
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", **now))
    targets = {"": 2, "quote": 1, "estimate": 1, "position": 0, "ticket": 1}
    for target, times in targets.items():
        headers = htmx(target) if target else {}
        page = vera.get("/instruments/AAPL?quantity=2", headers=headers).content.decode()
        page = page.partition('id="trades-title"')[0]  # a trade is at its own price
        assert "$429.86" not in page
        assert page.count("$431.00") == times, target
    page = vera.get("/instruments/AAPL").content.decode()
    assert "−$10.40" in page.partition('id="quote"')[2].partition("</div>")[0]  # since 441.40
    assert "−2.36%" in page.partition('id="quote"')[2].partition("</div>")[0]
    position = page.partition('id="position"')[2].partition("</section>")[0]
    assert "$4,310.00" in position  # 10 units
    assert "+$9.25" in position  # cost 4,300.75
    assert 'data-price="431.00" data-quantity="10" data-cost="4300.75"' in position
    assert 'name="price" value="431.00"' in page


def test_the_best_prices_below_a_limit_come_with_the_estimate(
    vera: Client, gateway: GatewayDouble, htmx: Callable[..., dict[str, str]]
) -> None:
    bids = [{"price": "430.10", "quantity": 5, "orders": 1}]
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", bids=bids))
    part = vera.get("/instruments/AAPL?type=limit&limit_price=400", headers=htmx("estimate")).content.decode()
    help_ = part.partition('id="limit_price_help" hx-swap-oob="true">')[2].partition("</p>")[0]
    assert "Best bid $430.10" in help_


def test_a_halt_that_the_book_tells_of_is_one(vera: Client, gateway: GatewayDouble) -> None:
    now = {"status": "halted", "price": "431.00", "price_at": datetime.now(UTC).isoformat()}
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", **now))
    assert 'id="halted"' in vera.get("/instruments/AAPL").content.decode()


@pytest.mark.parametrize("terms", ["", "&type=limit&limit_price=400.00"])
def test_nothing_in_a_review_moves(vera: Client, terms: str) -> None:
    """What live.js rewrites has data-live; what says that there is another price by now is hidden so far."""
    review = vera.get(REVIEW + terms).content.decode().partition('id="ticket"')[2].partition("</form>")[0]
    assert "live" not in review.replace("live.js", "")
    assert "<time" in review
    assert (
        'class="help invisible" id="price-moved" role="status" data-reviewed="AAPL" data-at="429.86"'
        in review
    )


def test_money_is_set_aside_until_the_order_is_done(vera: Client) -> None:
    for terms, hold in (("", "$868.76"), ("&type=limit&limit_price=400.00", "$800.40")):
        assert f"{hold} is held until the order is done" in vera.get(REVIEW + terms).content.decode()


def test_without_a_book_it_is_estimated_at_the_market_price(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/instruments/AAPL/book")
    review = vera.get(REVIEW).content.decode()
    assert "≈ $429.86" in review
    assert "(ask)" not in review


@pytest.mark.parametrize(
    ("side", "quantity", "value"),
    [("buy", 7, "3009.30"), ("buy", 9, "3868.70"), ("sell", 40, "17192.00"), ("sell", 41, "17621.75"),
     ("sell", 60, "25787.00")],
)  # fmt: skip
def test_more_than_the_best_price_offers_goes_on_at_the_next(side: str, quantity: int, value: str) -> None:
    book = recorded("book")
    book["asks"].append({"price": "429.70", "quantity": 1, "orders": 1})
    assert book_value(book, side, quantity) == Decimal(value)
    assert book_value({"asks": [], "bids": []}, side, quantity) is None


def test_far_beyond_the_market_price_it_is_estimated_at_the_worst(
    vera: Client, gateway: GatewayDouble
) -> None:
    """Nothing executes there; without the house somebody may ask for anything."""
    far = [{"price": "500.00", "quantity": 5, "orders": 1}]
    gateway.answer("GET /api/v1/instruments/AAPL/book", recorded("book", asks=far))
    review = vera.get(REVIEW).content.decode()
    assert placed(review)["worst_price"] == "434.16"
    assert "≈ $434.16" in review


@pytest.mark.parametrize(("side", "price"), [("buy", "434.17"), ("buy", "450.80"), ("sell", "420.00")])
def test_beyond_it_nothing_is_placed_and_it_is_looked_over_anew(
    vera: Client, gateway: GatewayDouble, side: str, price: str
) -> None:
    form = {**FORM, "side": side, "worst_price": "434.16" if side == "buy" else "425.56"}
    orders_under_keys(gateway)
    moved_to(gateway, price)
    answer = vera.post("/orders", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not gateway.requests_to("POST /api/v1/orders")
    assert 'id="moved"' in page
    assert "pill-warning" in page
    assert "was $429.86" in page
    again = placed(page)
    assert (again["price"], again["key"]) == (price, "k")
    bound = cap_price(side=side, quote=Decimal(price), step=Decimal("0.01"), protection=Decimal("0.01"))
    assert again["worst_price"] == f"{bound:.2f}"


def test_within_it_the_order_goes_out_with_the_bound_that_was_looked_over(
    vera: Client, gateway: GatewayDouble
) -> None:
    moved_to(gateway, "434.16")
    assert vera.post("/orders", FORM)["Location"] == ADDRESS
    assert gateway.requests_to("POST /api/v1/orders")[0].body["worst_price"] == "434.16"


def test_a_form_without_its_bound_is_looked_over_again(vera: Client, gateway: GatewayDouble) -> None:
    orders_under_keys(gateway)
    for bound in ("", "NaN", "1e9", "-1", "9" * 40):
        answer = vera.post("/orders", {**FORM, "worst_price": bound})
        assert answer.status_code == 422
        assert placed(answer.content.decode())["worst_price"] == "434.16"
    assert not gateway.requests_to("POST /api/v1/orders")


def test_the_apis_price_moved_is_looked_over_anew_under_another_key(
    vera: Client, gateway: GatewayDouble
) -> None:
    """The price moved between the page's look and trading's: there is a rejected order under the key."""
    reason = {"code": "price_moved", "detail": "The price moved."}
    gateway.answer("POST /api/v1/orders", recorded("order_rejected", reject_reason=reason), 201)
    answers = [vera.post("/orders", FORM) for _ in range(2)]
    keys = [placed(answer.content.decode())["key"] for answer in answers]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert 'id="moved"' in answers[0].content.decode()
    # pressed twice it is still one form, with one key, which is another one
    assert keys[0] == keys[1] != "k"


def test_another_rejection_is_shown_on_the_orders_page(vera: Client, gateway: GatewayDouble) -> None:
    rejected = recorded("order_rejected")
    gateway.answer("POST /api/v1/orders", rejected, 201)
    assert vera.post("/orders", FORM)["Location"] == f"/orders/{rejected['id']}"


def test_pressed_again_after_the_price_moved_it_is_the_order_that_was_placed(
    vera: Client, gateway: GatewayDouble
) -> None:
    assert vera.post("/orders", FORM)["Location"] == ADDRESS
    orders_under_keys(gateway, recorded("order"))
    moved_to(gateway, "450.80")
    assert vera.post("/orders", FORM)["Location"] == ADDRESS
    assert gateway.requests_to("GET /api/v1/orders")[-1].query == {"client_order_id": "k"}
    assert len(gateway.requests_to("POST /api/v1/orders")) == 1


def test_the_review_says_what_the_ticket_showed(vera: Client, htmx: Callable) -> None:
    ticket = vera.get("/instruments/AAPL?quantity=2", headers=htmx("estimate")).content.decode()
    assert 'name="price" value="429.86"' in ticket
    near = vera.get(f"{REVIEW}&price=429.33").content.decode()
    assert "was $429.33" in near
    assert "pill-warning" not in near
    far = vera.get(f"{REVIEW}&price=420.00").content.decode()
    assert "was $420.00" in far
    assert "pill-warning" in far
    same = vera.get(f"{REVIEW}&price=429.860").content.decode()
    assert "was" not in re.sub(r"<[^>]+>", "", same[same.index('id="ticket"') :].split("</form>")[0])


def test_a_rejected_order_leads_to_the_new_price(vera: Client, gateway: GatewayDouble) -> None:
    reason = {"code": "price_moved", "detail": "The price moved."}
    order = recorded("order_rejected", reject_reason=reason, worst_price="434.16", side="buy")
    gateway.answer(f"GET /api/v1/orders/{order['id']}", order)
    page = vera.get(f"/orders/{order['id']}").content.decode()
    assert 'id="again" href="/instruments/AAPL?side=buy&amp;quantity=50&amp;step=review#ticket"' in page
    assert "$434.16" in page


@pytest.mark.parametrize("seed", range(20))
def test_the_most_is_never_refused_for_a_tick(seed: int) -> None:
    """From the ticket to the review and on to the exchange the price moves, within the price protection."""
    draw = random.Random(seed)
    for _ in range(50):
        step = Decimal(draw.choice(["0.01", "0.0001", "0.05"]))
        price = step * draw.randrange(2_000, 10**6)
        account = {"available": f"{draw.randrange(10**4, 10**8) / 100:.2f}", "currency": "USD"}
        cash = to_minor(account["available"], "USD")
        facts = {"price_step": str(step), "available_quantity": 10**9}
        most = _read(price, {}, account, facts).most
        if not most:
            continue
        # a person asks for the most, and reviews it after some ticks
        looked_at = _tick(draw, price, price, step)
        review = _read(looked_at, {"quantity": str(most), "step": "review"}, account, facts)
        assert not review.refused, (review.error, price, looked_at)
        worst = Decimal(review.estimate.worst_price)
        assert worst >= looked_at
        # some ticks later it is placed: trading holds for its own cap, never above the worst price
        executed_at = _tick(draw, price, looked_at, step)
        if executed_at > worst:
            continue  # beyond what was reviewed: reviewed again, not refused for money
        cap = min(worst, cap_price(side="buy", quote=executed_at, step=step, protection=Decimal("0.01")))
        assert sum(order_charge(cap * most, side="buy", fee_rate=FEE_RATE, currency="USD")) <= cash


def _read(price: Decimal, data: dict[str, str], account: dict[str, str], facts: dict[str, Any]) -> Ticket:
    return ticket_read(data, instrument=quoted(price=str(price), **facts), account=account, positions=None)


def _tick(draw: random.Random, first: Decimal, price: Decimal, step: Decimal) -> Decimal:
    """Another price, at most 1 % above the first one."""
    highest = first * Decimal("1.01") // step * step
    moved = price + step * draw.randrange(-500, 501)
    return max(step, min(moved, highest))


def test_the_most_after_a_tick_is_bound_by_the_cash(vera: Client, gateway: GatewayDouble) -> None:
    """As the pages do it: the whole cash, and half a percent up between the ticket and the review."""
    gateway.answer("GET /api/v1/account", recorded("account", available="4341.60"))
    page = vera.get("/instruments/AAPL").content.decode()
    most = re.search(r'id="use-most" href="[^"]*quantity=(\d+)&amp;key=', page)
    assert most
    assert most[1] == "9"
    gateway.answer("GET /api/v1/account", recorded("account", available="3909.50"))
    moved_to(gateway, "432.00")  # 9 at the protection of 436.32 would be 3,928.85 with the fee
    review = vera.get("/instruments/AAPL?side=buy&quantity=9&step=review&key=k")
    assert review.status_code == 200
    assert placed(review.content.decode())["worst_price"] == "434.17"  # 3,907.53 and a fee of 1.96
