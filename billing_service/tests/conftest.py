"""What the tests of billing_service start from: customers with money."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from billing_service.cash.services import deposit_make
from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.services import accounts_open
from billing_service.tests.orders import received, registered
from servicekit.ids import new_id


@pytest.fixture
def customer(db: None) -> Callable[[int], LedgerAccount]:
    """``customer(100_00)`` → the account of a new customer who has deposited that much."""

    def make(balance: int = 0) -> LedgerAccount:
        user_id = new_id()
        accounts_open(messages=[received(registered(user_id))])
        if balance:
            deposit_make(user_id=user_id, amount=balance, currency="USD", idempotency_key=str(new_id()))
        return LedgerAccount.objects.get(user_id=user_id)

    return make
