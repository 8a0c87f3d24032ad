"""A small consistent story, as the services would have written it.

Ann deposits 1,000.00, buys 10 AAPL for 430.40 (fee 0.22), sells 4 of them for 180.00 (fee 0.09), has
a buy rejected by the venue and another one, of 5 units for at most 50.00, still at the venue, and an
open sell of 2. Amounts are minor units.
"""

from __future__ import annotations


def _id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012}"


ANN, AAPL, ACCOUNT = _id(1), _id(2), _id(3)
HOUSE, FEES, EXTERNAL = _id(4), _id(5), _id(6)
BUY, SELL, REJECTED, OPEN_BUY, OPEN_SELL = (_id(n) for n in range(10, 15))
BUY_FILL, SELL_FILL = _id(20), _id(21)
DEPOSIT, DEPOSIT_ENTRY, BUY_ENTRY, SELL_ENTRY = (_id(n) for n in range(30, 34))
BUY_FILLED, SELL_FILLED, BUY_REJECTED, DEPOSITED = (_id(n) for n in range(40, 44))  # events
POSITION = _id(50)
EXECUTED = _id(60)  # the venue's answer, as trading has heard it
OTHER = _id(999)  # nobody's


def order(id: str, side: str, quantity: int, status: str, *, hold: int, filled: int = 0, value: str = "0",
          amount: int = 0, fee: int = 0, reject: str = "") -> str:  # fmt: skip
    """The INSERT of an order that is past its first state already."""
    return f"""
        INSERT INTO orders_order (id, version, user_id, client_order_id, instrument_id, side, type,
            time_in_force, quantity, cap_price, currency, hold_amount, status, filled_quantity, filled_value,
            amount, fee, reject_code, reject_limit, reject_value, request_id, created_at, updated_at)
        VALUES ('{id}', 1, '{ANN}', '{id}', '{AAPL}', '{side}', 'market', 'day', {quantity}, 50, 'USD',
            {hold}, '{status}', {filled}, {value}, {amount}, {fee}, '{reject}', '', '', '', now(), now())
    """


def fill(id: str, order_id: str, quantity: int, price: str, amount: int, fee: int) -> str:
    return f"""
        INSERT INTO orders_fill (id, order_id, quantity, price, amount, fee, executed_at)
        VALUES ('{id}', '{order_id}', {quantity}, {price}, {amount}, {fee}, now())
    """


def executed(order_id: str, fill_id: str, side: str, quantity: int, price: str) -> str:
    cap = 50 if side == "buy" else 1
    return f"""
        INSERT INTO venue_venueorder (order_id, instrument_id, side, quantity, cap_price, state, fill_id,
            price, refuse_code, refuse_limit, refuse_value, submitted_at, answered_at)
        VALUES ('{order_id}', '{AAPL}', '{side}', {quantity}, {cap}, 'executed', '{fill_id}', {price},
            '', '', '', now(), now())
    """


def account(id: str, kind: str, balance: int, numbers: int, *, held: int = 0, user: str | None = None) -> str:
    user_id = f"'{user}'" if user else "NULL"
    return f"""
        INSERT INTO ledger_ledgeraccount (id, kind, user_id, currency, balance, held, last_number)
        VALUES ('{id}', '{kind}', {user_id}, 'USD', {balance}, {held}, {numbers})
    """


def entry(
    id: str, type: str, source: str, *, order_id: str = "", fill_id: str = "", quantity: int = 0
) -> str:
    facts = (
        f"'{order_id}', '{fill_id}', 'AAPL', {quantity}, 43.04" if fill_id else "NULL, NULL, '', NULL, NULL"
    )
    return f"""
        INSERT INTO ledger_journalentry (id, type, source_id, request_id, occurred_at, order_id, fill_id,
            ticker, quantity, price, description)
        VALUES ('{id}', '{type}', '{source}', '', now(), {facts}, '')
    """


def leg(entry_id: str, account_id: str, number: int, kind: str, amount: int, balance: int) -> str:
    return f"""
        INSERT INTO ledger_ledgerentry (id, journal_entry_id, account_id, number, kind, amount, currency,
            balance_after)
        VALUES (gen_random_uuid(), '{entry_id}', '{account_id}', {number}, '{kind}', {amount}, 'USD',
            {balance})
    """


def hold(order_id: str, amount: int, state: str, *, captured: int = 0, released: int = 0) -> str:
    return f"""
        INSERT INTO holds_hold (id, order_id, account_id, user_id, amount, captured, released, state)
        VALUES (gen_random_uuid(), '{order_id}', '{ACCOUNT}', '{ANN}', {amount}, {captured}, {released},
            '{state}')
    """


def news(kind: str, event: str, *, order_id: str = "", fill_id: str = "") -> str:
    order, fill = (f"'{value}'" if value else "NULL" for value in (order_id, fill_id))
    return f"""
        INSERT INTO notification_inbox_notification (id, user_id, kind, channel, source_event_id, order_id,
            fill_id, params, request_id, created_at)
        VALUES (gen_random_uuid(), '{ANN}', '{kind}', 'in_app', '{event}', {order}, {fill}, '{{}}', '', now())
    """


def heard(service: str, *events: str) -> str:
    values = ", ".join(f"('{service}', '{event}', 'x')" for event in events)
    return f"INSERT INTO inbox (consumer, event_id, type) VALUES {values}"


def change(order_id: str, sequence: int, before: str, after: str, event: str = "") -> str:
    event_id = f"'{event}'" if event else "NULL"
    return f"""
        INSERT INTO orders_ordertransition (order_id, sequence, from_status, to_status, at, cause, event_id,
            request_id)
        VALUES ('{order_id}', {sequence}, '{before}', '{after}', now(), 'x', {event_id}, '')
    """


STORY: dict[str, list[str]] = {
    "market": [
        f"""
        INSERT INTO instruments_instrument (id, ticker, isin, type, name_en, name_ru, description_en,
            description_ru, currency, lot_size, price_step, issued_quantity, available_quantity, status,
            simulated, version, catalogue_digest, created_at, updated_at)
        VALUES ('{AAPL}', 'AAPL', 'US0378331005', 'share', 'Apple', 'Apple', '', '', 'USD', 1, 0.01,
            1000, 994, 'open', false, 1, '', now(), now())
        """,
        executed(BUY, BUY_FILL, "buy", 10, "43.04"),
        executed(SELL, SELL_FILL, "sell", 4, "45"),
    ],
    "trading": [
        f"""
        INSERT INTO reference_listedinstrument (id, ticker, name_en, name_ru, type, currency, lot_size,
            price_step, issued_quantity, status, previous_close, version)
        VALUES ('{AAPL}', 'AAPL', 'Apple', 'Apple', 'share', 'USD', 1, 0.01, 1000, 'open', 43, 1)
        """,
        "ALTER TABLE orders_order DISABLE TRIGGER USER",  # an order does not begin as filled
        order(BUY, "buy", 10, "filled", hold=43500, filled=10, value="430.40", amount=43040, fee=22),
        order(SELL, "sell", 4, "filled", hold=0, filled=4, value="180", amount=18000, fee=9),
        order(REJECTED, "buy", 3, "rejected", hold=30000, reject="price_moved"),
        order(OPEN_BUY, "buy", 5, "working", hold=5000),
        order(OPEN_SELL, "sell", 2, "working", hold=0),
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE orders_order ENABLE TRIGGER USER",
        fill(BUY_FILL, BUY, 10, "43.04", 43040, 22),
        fill(SELL_FILL, SELL, 4, "45", 18000, 9),
        change(BUY, 1, "", "accepted"),
        change(BUY, 3, "working", "filled", EXECUTED),
        heard("trading", EXECUTED),
        f"""
        INSERT INTO positions_position (id, user_id, instrument_id, quantity, held_quantity, cost_basis,
            realized_pnl, updated_at)
        VALUES ('{POSITION}', '{ANN}', '{AAPL}', 6, 2, {43062 - 17225}, {17991 - 17225}, now())
        """,
    ],
    "billing": [
        account(ACCOUNT, "customer_cash", 100000 - 43062 + 17991, 5, held=5000, user=ANN),
        account(HOUSE, "house_cash", 43040 - 18000, 2),
        account(FEES, "fees", 31, 2),
        account(EXTERNAL, "external", -100000, 1),
        entry(DEPOSIT_ENTRY, "deposit", DEPOSIT),
        leg(DEPOSIT_ENTRY, ACCOUNT, 1, "deposit", 100000, 100000),
        leg(DEPOSIT_ENTRY, EXTERNAL, 1, "deposit", -100000, -100000),
        f"""
        INSERT INTO cash_deposit (id, user_id, idempotency_key, amount, currency, journal_entry_id)
        VALUES ('{DEPOSIT}', '{ANN}', 'key', 100000, 'USD', '{DEPOSIT_ENTRY}')
        """,
        entry(BUY_ENTRY, "order_settlement", BUY_FILLED, order_id=BUY, fill_id=BUY_FILL, quantity=10),
        leg(BUY_ENTRY, ACCOUNT, 2, "buy", -43040, 56960),
        leg(BUY_ENTRY, ACCOUNT, 3, "fee", -22, 56938),
        leg(BUY_ENTRY, HOUSE, 1, "buy", 43040, 43040),
        leg(BUY_ENTRY, FEES, 1, "fee", 22, 22),
        entry(SELL_ENTRY, "order_settlement", SELL_FILLED, order_id=SELL, fill_id=SELL_FILL, quantity=4),
        leg(SELL_ENTRY, ACCOUNT, 4, "sell", 18000, 74938),
        leg(SELL_ENTRY, ACCOUNT, 5, "fee", -9, 74929),
        leg(SELL_ENTRY, HOUSE, 2, "sell", -18000, 25040),
        leg(SELL_ENTRY, FEES, 2, "fee", 9, 31),
        hold(BUY, 43500, "captured", captured=43062, released=438),
        hold(REJECTED, 30000, "voided", released=30000),
        hold(OPEN_BUY, 5000, "pending"),
        heard("billing", BUY_FILLED, SELL_FILLED, BUY_REJECTED),
    ],
    "notification": [
        news("order_filled", BUY_FILLED, order_id=BUY, fill_id=BUY_FILL),
        news("order_filled", SELL_FILLED, order_id=SELL, fill_id=SELL_FILL),
        news("order_rejected", BUY_REJECTED, order_id=REJECTED),
        news("deposit_booked", DEPOSITED),
        heard("notification", BUY_FILLED, SELL_FILLED, BUY_REJECTED, DEPOSITED),
    ],
}
