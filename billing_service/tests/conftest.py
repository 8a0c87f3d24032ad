"""What the tests of billing_service start from: customers with money."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing_service.cash.services import deposit_make
from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.services import account_open
from servicekit.ids import new_id


@pytest.fixture
def customer(db: None) -> Callable[[int], LedgerAccount]:
    """``customer(100_00)`` → the account of a new customer who has deposited that much."""

    def make(balance: int = 0) -> LedgerAccount:
        user_id = new_id()
        account = account_open(user_id=user_id)
        if balance:
            deposit_make(user_id=user_id, amount=balance, currency="USD", idempotency_key=str(new_id()))
        account.refresh_from_db()
        return account

    return make
