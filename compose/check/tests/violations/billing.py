"""Violations of what billing_service alone must keep."""

from __future__ import annotations

from compose.check.tests import rows
from compose.check.tests.names import (
    ACCOUNT,
    BUY,
    BUY_ENTRY,
    BUY_FILL,
    DEPOSIT_ENTRY,
    EXTERNAL,
    FEES,
    HOUSE,
    OPEN_BUY,
    OTHER,
    REJECTED,
)

_BARE_ENTRY = rows.entry(OTHER, "deposit", OTHER)
_MONEY_INSIDE = "the money inside is not what came in, less what went out"
_REVERSAL = "a reversal that does not undo what it reverses"
_REVERSES = f"UPDATE ledger_journalentry SET reverses_id = '{DEPOSIT_ENTRY}' WHERE id = '{OTHER}'"
_MOVE = "UPDATE ledger_ledgeraccount SET {} WHERE id = '{}'"

VIOLATIONS: list[tuple[str, str, str, str]] = [
    ("I1", "fewer than two legs", "billing", _BARE_ENTRY),
    ("I1", "fewer than two legs", "billing", f"{_BARE_ENTRY}; {rows.leg(OTHER, HOUSE, 3, 'buy', 5, 5)}"),
    ("I1", "out of balance", "billing", rows.leg(BUY_ENTRY, HOUSE, 3, "buy", 1, 1)),
    (
        "I1",
        "out of balance",
        "billing",
        "UPDATE ledger_ledgerentry SET journal_entry_id = "
        f"'{DEPOSIT_ENTRY}' WHERE journal_entry_id = '{BUY_ENTRY}' AND kind = 'fee' AND amount > 0",
    ),
    ("I1", "a leg of no journal entry", "billing", rows.leg(OTHER, HOUSE, 3, "buy", 1, 1)),
    (
        "I1",
        "a leg in another currency than its account",
        "billing",
        f"UPDATE ledger_ledgerentry SET currency = 'EUR' WHERE journal_entry_id = '{DEPOSIT_ENTRY}'",
    ),
    ("I2", "the entries do not sum to zero", "billing", rows.leg(BUY_ENTRY, HOUSE, 3, "buy", 1, 1)),
    (
        "I2",
        "accounts in more than one currency",
        "billing",
        rows.account(OTHER, "customer_cash", 0, 0, user=OTHER).replace("'USD'", "'EUR'"),
    ),
    ("I2", "the balances do not sum to zero", "billing", _MOVE.format("balance = balance + 1", ACCOUNT)),
    (
        "I3",
        "the balance is not the sum of the entries",
        "billing",
        _MOVE.format("balance = balance + 1", FEES),
    ),
    ("I3", "a customer owes, or holds more than there is", "billing", _MOVE.format("balance = -1", ACCOUNT)),
    ("I3", "a customer owes, or holds more than there is", "billing", _MOVE.format("held = -1", ACCOUNT)),
    (
        "I3",
        "a customer owes, or holds more than there is",
        "billing",
        _MOVE.format("held = balance + 1", ACCOUNT),
    ),
    (
        "I3",
        "an entry's balance_after does not follow from the entry before it",
        "billing",
        "UPDATE ledger_ledgerentry SET balance_after = balance_after + 1 WHERE number = 2",
    ),
    (
        "I3",
        "an entry's balance_after does not follow from the entry before it",
        "billing",
        f"UPDATE ledger_ledgerentry SET number = number + 1 WHERE account_id = '{ACCOUNT}' AND number > 1",
    ),
    (
        "I3",
        "the balance is not what the last entry left",
        "billing",
        _MOVE.format("balance = balance + 1", FEES),
    ),
    (
        "I3",
        "the balance is not what the last entry left",
        "billing",
        _MOVE.format("last_number = last_number + 1", ACCOUNT),
    ),
    ("I4", "held is not the sum of the pending holds", "billing", _MOVE.format("held = held - 1", ACCOUNT)),
    (
        "I4",
        "held is not the sum of the pending holds",
        "billing",
        f"UPDATE holds_hold SET state = 'voided', released = amount WHERE order_id = '{OPEN_BUY}'",
    ),
    (
        "I5",
        "a final hold that is neither spent nor released in full",
        "billing",
        f"UPDATE holds_hold SET released = released - 1 WHERE order_id = '{REJECTED}'",
    ),
    (
        "I4",
        "held is not the sum of the pending holds",
        "billing",
        f"UPDATE holds_hold SET released = 1 WHERE order_id = '{OPEN_BUY}'",
    ),
    (
        "I5",
        "a hold of which more is gone than there was",
        "billing",
        f"UPDATE holds_hold SET released = amount + 1 WHERE order_id = '{OPEN_BUY}'",
    ),
    (
        "I5",
        "a hold of which more is gone than there was",
        "billing",
        f"UPDATE holds_hold SET captured = amount + 1, released = -1 WHERE order_id = '{BUY}'",
    ),
    (
        "I5",
        "a fill paid twice",
        "billing",
        rows.entry(OTHER, "order_settlement", OTHER, order_id=BUY, fill_id=BUY_FILL, quantity=10),
    ),
    (
        "I5",
        "what a hold lost is not what its order's fills cost",
        "billing",
        f"UPDATE holds_hold SET captured = captured + 1, released = released - 1 WHERE order_id = '{BUY}'",
    ),
    (
        "I5",
        "what a hold lost is not what its order's fills cost",
        "billing",
        f"DELETE FROM holds_hold WHERE order_id = '{BUY}'",
    ),
    (
        "I7",
        "one key, several deposits or withdrawals",
        "billing",
        "INSERT INTO cash_deposit (id, user_id, idempotency_key, amount, currency, journal_entry_id) "
        f"SELECT '{OTHER}', user_id, idempotency_key, amount, currency, journal_entry_id FROM cash_deposit",
    ),
    (
        "I7",
        "one key, several deposits or withdrawals",
        "billing",
        "INSERT INTO cash_withdrawal (id, user_id, idempotency_key, amount, currency, journal_entry_id) "
        f"SELECT '{OTHER}', user_id, idempotency_key, amount, currency, journal_entry_id FROM cash_deposit",
    ),
    ("I16", _REVERSAL, "billing", f"{rows.entry(OTHER, 'reversal', OTHER)}; {_REVERSES}"),
    (
        "I16",
        _REVERSAL,
        "billing",
        f"{rows.entry(OTHER, 'reversal', OTHER)}; {_REVERSES}; "
        f"{rows.leg(OTHER, ACCOUNT, 6, 'reversal', -99999, -25070)}; "
        f"{rows.leg(OTHER, EXTERNAL, 2, 'reversal', 99999, -1)}",
    ),
    (
        "I16",
        "a settlement that was reversed: its money went back, its units did not",
        "billing",
        f"{rows.entry(OTHER, 'reversal', OTHER)}; {_REVERSES.replace(DEPOSIT_ENTRY, BUY_ENTRY)}; "
        f"{rows.leg(OTHER, ACCOUNT, 6, 'reversal', 43062, 117991)}; "
        f"{rows.leg(OTHER, HOUSE, 3, 'reversal', -43040, -18000)}; "
        f"{rows.leg(OTHER, FEES, 3, 'reversal', -22, 9)}",
    ),
    ("I16", _MONEY_INSIDE, "billing", _MOVE.format("balance = balance + 1", HOUSE)),
    ("I16", _MONEY_INSIDE, "billing", rows.withdrawal(OTHER, 5)),
    ("I16", "a withdrawal is not what was booked for it", "billing", rows.withdrawal(OTHER, 5)),
    (
        "I16",
        "a withdrawal is not what was booked for it",
        "billing",
        f"{rows.entry(OTHER, 'withdrawal', OTHER)}; {rows.leg(OTHER, ACCOUNT, 6, 'withdrawal', -5, 74924)}",
    ),
    (
        "I16",
        "a withdrawal is not what was booked for it",
        "billing",
        f"{rows.withdrawal(OTHER, 6)}; {rows.entry(OTHER, 'withdrawal', OTHER)}; "
        f"{rows.leg(OTHER, ACCOUNT, 6, 'withdrawal', -5, 74924)}",
    ),
    (
        "I16",
        "a deposit is not what was booked for it",
        "billing",
        "UPDATE cash_deposit SET amount = amount + 1",
    ),
    ("I16", "a deposit is not what was booked for it", "billing", "DELETE FROM cash_deposit"),
    (
        "I16",
        "a deposit is not what was booked for it",
        "billing",
        f"UPDATE cash_deposit SET user_id = '{OTHER}'",
    ),
]
