"""A small consistent story, as the services would have written it.

Ann deposits 1,000.00, buys 10 AAPL for 430.40 (fee 0.22), sells 4 of them for 180.00 (fee 0.09), has
a buy rejected by the venue, and two limit orders that rest at the venue: a buy of 5 for at most 250.00
and a sell of 2. Amounts are minor units.

Every event stands in the outbox of who said it, and in the inbox of everybody who hears its type.
"""

from __future__ import annotations

from typing import Any

from compose.check.invariants import chain
from compose.check.tests.names import (
    AAPL,
    ACCOUNT,
    ANN,
    BUY,
    BUY_ENTRY,
    BUY_EXECUTED,
    BUY_FILL,
    BUY_FILLED,
    BUY_HELD,
    BUY_REJECTED,
    DEPOSIT,
    DEPOSIT_ENTRY,
    DEPOSITED,
    EVENTS,
    EXTERNAL,
    FEES,
    HOUSE,
    OPEN_BUY,
    OPEN_HELD,
    OPEN_SELL,
    POSITION,
    REFUSED,
    REJECTED,
    REJECTED_HELD,
    SELL,
    SELL_ENTRY,
    SELL_EXECUTED,
    SELL_FILL,
    SELL_FILLED,
)
from compose.check.tests.rows import (
    account,
    answer,
    change,
    deadline,
    deliveries,
    entry,
    executed,
    fill,
    handled,
    hold,
    leg,
    news,
    order,
    published,
    resting,
)
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES, event_routes

#: Gives every journal entry its hash, and the chain its head.
CHAIN = f"""
DO $$
BEGIN
    FOR this IN 1..3 LOOP
        UPDATE ledger_journalentry AS entry SET hash = broken.expected
        FROM ({chain.BREAKS}) AS broken WHERE entry.number = this AND broken.number = this;
    END LOOP;
    UPDATE ledger_journalhead AS head SET number = last.number, hash = last.hash
    FROM ledger_journalentry AS last WHERE last.number = 3;
END $$
"""


def _messaging(service: str) -> list[str]:
    own = [published(*event) for event in EVENTS if event[1].startswith(f"{service}.")]
    return own + [handled(service, id, type) for id, type, _ in EVENTS if type in SUBSCRIBED_TYPES[service]]


STORY: dict[str, list[str]] = {
    "user": _messaging("user"),
    "market": [
        *_messaging("market"),
        f"""
        INSERT INTO instruments_instrument (id, ticker, isin, type, name_en, name_ru, description_en,
            description_ru, currency, lot_size, price_step, issued_quantity, available_quantity, status,
            simulated, version, catalogue_digest, created_at, updated_at)
        VALUES ('{AAPL}', 'AAPL', 'US0378331005', 'share', 'Apple', 'Apple', '', '', 'USD', 1, 0.01,
            1000, 994, 'open', false, 1, '', now(), now())
        """,
        executed(BUY, BUY_FILL, "buy", 10, "43.04"),
        executed(SELL, SELL_FILL, "sell", 4, "45"),
        resting(OPEN_BUY, "buy", 5, "10"),
        resting(OPEN_SELL, "sell", 2, "45"),
    ],
    "trading": [
        *_messaging("trading"),
        f"""
        INSERT INTO reference_listedinstrument (id, ticker, name_en, name_ru, type, currency, lot_size,
            price_step, issued_quantity, status, previous_close, version)
        VALUES ('{AAPL}', 'AAPL', 'Apple', 'Apple', 'share', 'USD', 1, 0.01, 1000, 'open', 43, 1)
        """,
        "ALTER TABLE orders_order DISABLE TRIGGER USER",  # an order does not begin as filled
        order(BUY, "buy", 10, "filled", hold=50025, filled=10, value="430.40", amount=43040, fee=22),
        order(SELL, "sell", 4, "filled", hold=0, filled=4, value="180", amount=18000, fee=9),
        order(REJECTED, "buy", 3, "rejected", hold=15008, reject="price_moved"),
        order(OPEN_BUY, "buy", 5, "working", hold=25013, limit="10", version=2),
        order(OPEN_SELL, "sell", 2, "working", hold=0, limit="45", version=2),
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE orders_order ENABLE TRIGGER USER",
        fill(BUY_FILL, BUY, 10, "43.04", 43040, 22),
        fill(SELL_FILL, SELL, 4, "45", 18000, 9),
        *(change(order, 1, "", "accepted") for order in (BUY, SELL, REJECTED, OPEN_BUY, OPEN_SELL)),
        change(BUY, 2, "accepted", "working", BUY_HELD),
        change(BUY, 3, "working", "filled", BUY_EXECUTED),
        change(SELL, 2, "accepted", "working"),
        change(SELL, 3, "working", "filled", SELL_EXECUTED),
        change(REJECTED, 2, "accepted", "working", REJECTED_HELD),
        change(REJECTED, 3, "working", "rejected", REFUSED),
        change(OPEN_BUY, 2, "accepted", "working", OPEN_HELD),
        change(OPEN_SELL, 2, "accepted", "working"),
        *(deadline(order, "90 days", rests=True) for order in (OPEN_BUY, OPEN_SELL)),
        *(answer(f"key-{order}", order) for order in (BUY, SELL, REJECTED, OPEN_BUY, OPEN_SELL)),
        f"""
        INSERT INTO positions_position (id, user_id, instrument_id, quantity, held_quantity, cost_basis,
            realized_pnl, updated_at, bought_quantity, bought_cost)
        VALUES ('{POSITION}', '{ANN}', '{AAPL}', 6, 2, {43062 - 17225}, {17991 - 17225}, now(), 10, 43062)
        """,
        f"""
        INSERT INTO positions_lot (position_id, bought_at, quantity, cost, bought_before, cost_before)
        VALUES ('{POSITION}', now(), 10, 43062, 0, 0)
        """,
        f"""
        INSERT INTO positions_dailyflow (position_id, day, bought_quantity, bought_cost, sold_quantity,
            sold_proceeds)
        VALUES ('{POSITION}', (now() AT TIME ZONE 'UTC')::date, 10, 43062, 4, 17991)
        """,
    ],
    "billing": [
        *_messaging("billing"),
        "ALTER TABLE ledger_journalentry DISABLE TRIGGER USER",  # the hashes come last
        "ALTER TABLE ledger_ledgerentry DISABLE TRIGGER USER",
        account(ACCOUNT, "customer_cash", 100000 - 43062 + 17991, 5, held=25013, user=ANN),
        account(HOUSE, "house_cash", 43040 - 18000, 2),
        account(FEES, "fees", 31, 2),
        account(EXTERNAL, "external", -100000, 1),
        entry(DEPOSIT_ENTRY, "deposit", DEPOSIT, number=1),
        leg(DEPOSIT_ENTRY, ACCOUNT, 1, "deposit", 100000, 100000),
        leg(DEPOSIT_ENTRY, EXTERNAL, 1, "deposit", -100000, -100000),
        f"""
        INSERT INTO cash_deposit (id, user_id, idempotency_key, amount, currency, journal_entry_id)
        VALUES ('{DEPOSIT}', '{ANN}', 'key', 100000, 'USD', '{DEPOSIT_ENTRY}')
        """,
        entry(
            BUY_ENTRY, "order_settlement", BUY_FILLED, number=2, order_id=BUY, fill_id=BUY_FILL, quantity=10
        ),
        leg(BUY_ENTRY, ACCOUNT, 2, "buy", -43040, 56960),
        leg(BUY_ENTRY, ACCOUNT, 3, "fee", -22, 56938),
        leg(BUY_ENTRY, HOUSE, 1, "buy", 43040, 43040),
        leg(BUY_ENTRY, FEES, 1, "fee", 22, 22),
        entry(
            SELL_ENTRY,
            "order_settlement",
            SELL_FILLED,
            number=3,
            order_id=SELL,
            fill_id=SELL_FILL,
            quantity=4,
        ),
        leg(SELL_ENTRY, ACCOUNT, 4, "sell", 18000, 74938),
        leg(SELL_ENTRY, ACCOUNT, 5, "fee", -9, 74929),
        leg(SELL_ENTRY, HOUSE, 2, "sell", -18000, 25040),
        leg(SELL_ENTRY, FEES, 2, "fee", 9, 31),
        hold(BUY, 50025, "captured", captured=43062, released=6963),
        hold(REJECTED, 15008, "voided", released=15008),
        hold(OPEN_BUY, 25013, "pending"),
        answer("key", DEPOSIT),
        CHAIN,
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE ledger_journalentry ENABLE TRIGGER USER",
        "ALTER TABLE ledger_ledgerentry ENABLE TRIGGER USER",
    ],
    "notification": [
        *_messaging("notification"),
        news("order_filled", BUY_FILLED, order_id=BUY, fill_id=BUY_FILL, sent_over="email,webhook"),
        news("order_filled", SELL_FILLED, order_id=SELL, fill_id=SELL_FILL, sent_over="email,webhook"),
        deliveries("email"),
        deliveries("webhook"),
        news("order_rejected", BUY_REJECTED, order_id=REJECTED),
        news("deposit_booked", DEPOSITED),
    ],
}


def fill_streams(client: Any) -> None:
    """Every event on its publisher's stream, read and acknowledged by every subscriber."""
    for _, type, subject in EVENTS:
        client.xadd(stream(type), {"type": type, "envelope": subject})
    for publisher, subscriber, _ in event_routes():
        client.xgroup_create(stream(publisher), subscriber, id="0", mkstream=True)
        (_, entries), *_ = client.xreadgroup(subscriber, "worker", {stream(publisher): ">"})
        client.xack(stream(publisher), subscriber, *(entry for entry, _ in entries))


def stream(type: str) -> str:
    """The stream of a publisher, or of an event's type."""
    return f"events:{type.partition('.')[0]}"
