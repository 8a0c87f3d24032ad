"""The INSERT of each kind of row, with what matters given and the rest made up."""

from __future__ import annotations

from compose.check.tests.names import AAPL, ACCOUNT, ANN, OTHER


def order(id: str, side: str, quantity: int, status: str, *, hold: int, filled: int = 0, value: str = "0",
          amount: int = 0, fee: int = 0, reject: str = "", limit: str = "", version: int = 3,
          ) -> str:  # fmt: skip
    """The INSERT of an order that is past its first state already; with a limit, it rests."""
    type, limit_price, lives = ("limit", limit, "gtc") if limit else ("market", "NULL", "day")
    rested_at, expires_at = ("now()", "now() + interval '90 days'") if limit else ("NULL", "NULL")
    return f"""
        INSERT INTO orders_order (id, version, user_id, client_order_id, instrument_id, side, type,
            time_in_force, quantity, limit_price, cap_price, rested_at, expires_at, currency, fee_rate,
            hold_amount, status, filled_quantity, filled_value, amount, fee, reject_code, reject_limit,
            reject_value, request_id, created_at, updated_at)
        VALUES ('{id}', {version}, '{ANN}', 'key-{id}', '{AAPL}', '{side}', '{type}', '{lives}', {quantity},
            {limit_price}, {50 if side == "buy" else 1}, {rested_at}, {expires_at}, 'USD', 0.0005, {hold},
            '{status}', {filled},
            {value}, {amount}, {fee}, '{reject}', '', '', '', now(), now())
    """


def fill(id: str, order_id: str, quantity: int, price: str, amount: int, fee: int) -> str:
    return f"""
        INSERT INTO orders_fill (id, order_id, quantity, price, amount, fee, executed_at)
        VALUES ('{id}', '{order_id}', {quantity}, {price}, {amount}, {fee}, now())
    """


def executed(order_id: str, fill_id: str, side: str, quantity: int, price: str) -> str:
    """The INSERTs of an order that was executed whole against the house, and of its trade."""
    cap = 50 if side == "buy" else 1
    return f"""
        INSERT INTO venue_venueorder (order_id, instrument_id, side, type, time_in_force, quantity, executed,
            cap_price, state, reason, reason_limit, reason_value, version, submitted_at, ended_at)
        VALUES ('{order_id}', '{AAPL}', '{side}', 'market', 'day', {quantity}, {quantity}, {cap}, 'executed',
            '', '', '', 1, now(), now());
        INSERT INTO venue_trade (id, instrument_id, quantity, price, taker_side, {side}_order_id,
            {side}_execution_id, executed_at)
        VALUES ('{fill_id}', '{AAPL}', {quantity}, {price}, {int(side == "sell")}, '{order_id}', '{fill_id}',
            now())
    """


def resting(order_id: str, side: str, quantity: int, price: str) -> str:
    """The INSERT of an order that rests in the book, nothing of it executed."""
    return f"""
        INSERT INTO venue_restingorder (order_id, instrument_id, side, rank, user_id, type, time_in_force,
            quantity, remaining, version, submitted_at, rested_at, expires_at)
        VALUES ('{order_id}', '{AAPL}', {int(side == "sell")},
            {"" if side == "sell" else "-"}{price} * 1000000, '{ANN}', 'limit', 'gtc',
            {quantity}, {quantity}, 1, now(), now(), now() + interval '90 days')
    """


def quote(price: str) -> str:
    """The INSERT of the quote, made a moment from now."""
    return f"""
        INSERT INTO quotes_quote (instrument_id, price, previous_close, price_at, tick)
        VALUES ('{AAPL}', {price}, {price}, now() + interval '1 second', 0)
    """


def alert(*, price: int, fired: bool = False) -> str:
    """The INSERT of an alert that waits for a price of AAPL; or of one that fired and told nobody."""
    at, by = ("now() - interval '6 min'", price) if fired else ("NULL", "NULL")
    return f"""
        INSERT INTO reference_latestquote (instrument_id, price, price_at) VALUES ('{AAPL}', 100, now())
            ON CONFLICT DO NOTHING;
        INSERT INTO alerts_alertbook (user_id) VALUES ('{ANN}');
        INSERT INTO alerts_pricealert (id, book_id, instrument_id, direction, price, created_at, fired_at,
            fired_price, announced, request_id)
        VALUES ('{OTHER}', '{ANN}', '{AAPL}', 'above', {price}, now(), {at}, {by}, false, '')
    """


def account(id: str, kind: str, balance: int, numbers: int, *, held: int = 0, user: str | None = None) -> str:
    user_id = f"'{user}'" if user else "NULL"
    return f"""
        INSERT INTO ledger_ledgeraccount (id, kind, user_id, currency, balance, held, last_number)
        VALUES ('{id}', '{kind}', {user_id}, 'USD', {balance}, {held}, {numbers})
    """


def entry(
    id: str,
    type: str,
    source: str,
    *,
    number: int = 99,
    order_id: str = "",
    fill_id: str = "",
    quantity: int = 0,
) -> str:
    """The INSERT of a journal entry, without its hash; see :data:`CHAIN`."""
    facts = (
        f"'{order_id}', '{fill_id}', 'AAPL', {quantity}, 43.04" if fill_id else "NULL, NULL, '', NULL, NULL"
    )
    return f"""
        INSERT INTO ledger_journalentry (id, number, hash, type, source_id, request_id, occurred_at,
            order_id, fill_id, ticker, quantity, price, description)
        VALUES ('{id}', {number}, '', '{type}', '{source}', '', now(), {facts}, '')
    """


def leg(entry_id: str, account_id: str, number: int, kind: str, amount: int, balance: int) -> str:
    return f"""
        INSERT INTO ledger_ledgerentry (id, journal_entry_id, account_id, number, kind, amount, currency,
            balance_after)
        VALUES (gen_random_uuid(), '{entry_id}', '{account_id}', {number}, '{kind}', {amount}, 'USD',
            {balance})
    """


def removed(side: str, type: str, *, events: str) -> str:
    """The INSERT of what retention notes when it removes events, given as a query of their ids."""
    return f"""
        INSERT INTO removed_events (side, type, day, count, digest)
        SELECT '{side}', '{type}', event_day(id), count(*), sum(event_hash(id)) FROM ({events}) AS gone (id)
        GROUP BY 3
    """


def hold(order_id: str, amount: int, state: str, *, captured: int = 0, released: int = 0) -> str:
    return f"""
        INSERT INTO holds_hold (id, order_id, account_id, user_id, amount, captured, released, state)
        VALUES (gen_random_uuid(), '{order_id}', '{ACCOUNT}', '{ANN}', {amount}, {captured}, {released},
            '{state}')
    """


def withdrawal(entry_id: str, amount: int) -> str:
    """Ann's, under an id that is its journal entry's as well."""
    return f"""
        INSERT INTO cash_withdrawal (id, user_id, idempotency_key, amount, currency, journal_entry_id)
        VALUES ('{entry_id}', '{ANN}', 'withdrawal', {amount}, 'USD', '{entry_id}')
    """


def news(kind: str, event: str, *, order_id: str = "", fill_id: str = "", sent_over: str = "") -> str:
    order, fill = (f"'{value}'" if value else "NULL" for value in (order_id, fill_id))
    return f"""
        INSERT INTO notification_inbox_notification (id, user_id, kind, channel, source_event_id, order_id,
            fill_id, params, request_id, created_at, external_channels)
        VALUES (gen_random_uuid(), '{ANN}', '{kind}', 'in_app', '{event}', {order}, {fill}, '{{}}', '', now(),
            '{sent_over}')
    """


def deliveries(channel: str = "email", *, kind: str = "order_filled") -> str:
    """The INSERT of a sent delivery of each notification of a kind."""
    return f"""
        INSERT INTO delivery_delivery (notification_id, user_id, kind, channel, state, attempts, next_at,
            created_at, sent_at, reason)
        SELECT id, user_id, kind, '{channel}', 'sent', 1, now(), now(), now(), ''
        FROM notification_inbox_notification WHERE kind = '{kind}'
    """


def dividend(
    id: str, *, holders: int = 0, units: int = 0, amount: int = 0, at: str = "now()", completed: bool = False
) -> str:
    """The INSERT of a dividend of 0.24 for each AAPL."""
    return f"""
        INSERT INTO dividends_dividend (id, instrument_id, per_unit, currency, units, recorded_at, holders,
            held_units, amount, completed_at, request_id)
        VALUES ('{id}', '{AAPL}', 0.24, 'USD', {units}, {at}, {holders}, {units}, {amount},
            {"now()" if completed else "NULL"}, '')
    """


def share(id: str, dividend_id: str, quantity: int, amount: int) -> str:
    """The INSERT of Ann's share of a dividend."""
    return f"""
        INSERT INTO dividends_dividendallocation (id, dividend_id, user_id, quantity, amount)
        VALUES ('{id}', '{dividend_id}', '{ANN}', {quantity}, {amount})
    """


def split(
    id: str, *, number: int = 1, holders: int = 0, before: int = 0, after: int = 0, amount: int = 0,
    at: str = "now()", applied: bool = False, completed: bool = False,
) -> str:  # fmt: skip
    """The INSERT of a split of AAPL, three for two, to 20.00 each."""
    applied_at, completed_at = ("now()" if done else "NULL" for done in (applied or completed, completed))
    return f"""
        INSERT INTO splits_split (id, instrument_id, number, old_units, new_units, price, previous_close,
            price_step, lot_size, issued_quantity, currency, units, recorded_at, applied_at, holders,
            old_quantity, quantity, amount, completed_at, request_id)
        VALUES ('{id}', '{AAPL}', {number}, 2, 3, 20, 20, 0.01, 1, 1500, 'USD', {before}, {at}, {applied_at},
            {holders}, {before}, {after}, {amount}, {completed_at}, '')
    """


def split_share(id: str, split_id: str, before: int, after: int, amount: int) -> str:
    """The INSERT of what a split made of Ann's position."""
    return f"""
        INSERT INTO splits_splitshare (id, split_id, user_id, old_quantity, quantity, amount)
        VALUES ('{id}', '{split_id}', '{ANN}', {before}, {after}, {amount})
    """


def published(id: str, type: str, subject: str) -> str:
    """The INSERT into the outbox of the publisher, sent already."""
    return f"""
        INSERT INTO outbox (id, type, subject, sequence, envelope)
        SELECT '{id}', '{type}', '{subject}', coalesce(max(sequence), 0) + 1, '{{}}'
        FROM outbox WHERE subject = '{subject}'
    """


def handled(service: str, id: str, type: str) -> str:
    """The INSERT into the inbox of a subscriber."""
    return f"INSERT INTO inbox (consumer, event_id, type) VALUES ('{service}', '{id}', '{type}')"


def answer(key: str, promised: str, *, user: str = ANN, replaced_by: str = "") -> str:
    """The INSERT of what a client was told under an Idempotency-Key."""
    status, more = (202, f', "replaced_by": "{replaced_by}"') if replaced_by else (201, "")
    return f"""
        INSERT INTO idempotent_answers (user_id, key, request_hash, status, location, body)
        VALUES ('{user}', '{key}', 'x', {status}, '', '{{"id": "{promised}"{more}}}')
    """


def deadline(order_id: str, span: str, *, rests: bool = False) -> str:
    return f"""
        INSERT INTO orders_orderdeadline (order_id, due_at, recalls, rests)
        VALUES ('{order_id}', now() + interval '{span}', 0, {rests})
    """


def replacement(order_id: str, new_order_id: str, quantity: int, price: str) -> str:
    """The INSERT of what a customer wants in an order's place."""
    return f"""
        INSERT INTO orders_orderreplacement (order_id, new_order_id, quantity, limit_price, client_order_id,
            request_id, requested_at, placed)
        VALUES ('{order_id}', '{new_order_id}', {quantity}, {price}, 'key-{new_order_id}', '', now(), false)
    """


def change(order_id: str, sequence: int, before: str, after: str, event: str = "") -> str:
    event_id = f"'{event}'" if event else "NULL"
    return f"""
        INSERT INTO orders_ordertransition (order_id, sequence, from_status, to_status, at, cause, event_id,
            request_id)
        VALUES ('{order_id}', {sequence}, '{before}', '{after}', now(), 'x', {event_id}, '')
    """
