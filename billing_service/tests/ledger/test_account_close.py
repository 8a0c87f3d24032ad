"""An account is closed only while it is empty, and stays so; whatever is refused leaves it as it was."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing_service.ledger.errors import AccountClosed
from billing_service.ledger.models import JournalEntry, LedgerAccount
from billing_service.ledger.services import account_freeze, journal_reverse
from billing_service.tests.orders import order_placed, registered
from servicekit.audit.actors import Actor
from servicekit.contracts.billing import ClosingDecided, ClosingPrepared, HoldDeclined
from servicekit.contracts.trading import ClosingChecked
from servicekit.contracts.user import AccountClosed as UserClosed
from servicekit.contracts.user import ClosingRequested
from servicekit.ids import new_id
from servicekit.messaging.models import FailedEvent
from servicekit.people.models import Person

pytestmark = pytest.mark.django_db


def wanted(account: LedgerAccount, closing_id: UUID | None = None, attempt: int = 1) -> ClosingRequested:
    assert account.user_id is not None
    return ClosingRequested(
        closing_id=closing_id or new_id(),
        user_id=account.user_id,
        attempt=attempt,
        requested_at=timezone.now(),
    )


def checked(asked: ClosingRequested, **found: Any) -> ClosingChecked:
    nothing: dict[str, Any] = {
        "open_orders": 0, "positions": 0, "payments_due": 0, "fill_ids": [], "payment_ids": [],
    }  # fmt: skip
    return ClosingChecked(
        closing_id=asked.closing_id, user_id=asked.user_id, attempt=asked.attempt, **nothing | found
    )


def deposit(api: Any, account: LedgerAccount) -> Any:
    client = api(account.user_id, idempotency_key=str(new_id()))
    return client.post("/api/v1/deposits", {"amount": "1.00", "currency": "USD"})


def test_an_empty_account_is_closed_for_good(customer, deliver, published, api) -> None:
    account = customer()
    asked = wanted(account)
    deliver(asked)
    (prepared,) = published(ClosingPrepared)
    assert (prepared.closing_id, prepared.user_id, prepared.attempt) == (asked.closing_id, account.user_id, 1)
    # nothing comes in between
    assert deposit(api, account).json()["code"] == "account_closing"
    assert api(account.user_id).get("/api/v1/account").json()["status"] == "closing"
    deliver(order_placed(account.user_id, hold_amount=1_00))
    assert [each.code for each in published(HoldDeclined)] == ["account_frozen"]

    deliver(checked(asked))
    (decided,) = published(ClosingDecided)
    assert (decided.closed, decided.balance, decided.frozen) == (True, 0, False)
    account.refresh_from_db()
    assert account.closed_at is not None
    assert deposit(api, account).json()["code"] == "account_closing"
    # what comes late, or again, changes nothing, and is told
    again = wanted(account, asked.closing_id, attempt=2)
    deliver(again)
    deliver(checked(again, positions=1))
    assert [(each.attempt, each.closed) for each in published(ClosingDecided)] == [(1, True), (2, True)]
    account.refresh_from_db()
    assert account.closed_at is not None


def test_money_is_a_reason_and_nothing_is_held_up(customer, deliver, published, api) -> None:
    account = customer(100_00)
    deliver(order_placed(account.user_id, hold_amount=30_00))
    deliver(wanted(account))
    (decided,) = published(ClosingDecided)
    assert (decided.closed, decided.balance, decided.held, decided.currency) == (False, 100_00, 30_00, "USD")
    assert published(ClosingPrepared) == []
    assert deposit(api, account).status_code == 201


@pytest.mark.parametrize("found", [{"open_orders": 2}, {"positions": 1}, {"payments_due": 1}])
def test_what_trading_finds_lets_it_go(customer, deliver, published, api, found) -> None:
    account = customer()
    asked = wanted(account)
    deliver(asked)
    deliver(checked(asked, **found))
    (decided,) = published(ClosingDecided)
    assert not decided.closed
    assert {name: getattr(decided, name) for name in found} == found
    assert deposit(api, account).status_code == 201


def test_a_fill_that_is_not_booked_yet_is_a_reason(customer, deliver, published) -> None:
    account = customer()
    asked = wanted(account)
    deliver(asked)
    deliver(checked(asked, fill_ids=[str(new_id())], payment_ids=[str(new_id())]))
    (decided,) = published(ClosingDecided)
    assert (decided.closed, decided.payments_due) == (False, 2)


def test_so_is_an_event_of_theirs_that_failed(customer, deliver, published) -> None:
    account = customer()
    FailedEvent.objects.create(
        event_id=new_id(), stream="events:trading", type="trading.order.filled.v2", subject="order/1",
        envelope=f'{{"data": {{"user_id": "{account.user_id}"}}}}', error="no",
    )  # fmt: skip
    asked = wanted(account)
    deliver(asked)
    deliver(checked(asked))
    (decided,) = published(ClosingDecided)
    assert (decided.closed, decided.payments_due) == (False, 1)


def test_a_frozen_account_is_not_closed_either_way(customer, deliver, published) -> None:
    before, between = customer(), customer()
    account_freeze(account_id=before.id, reason="looked into", by=Actor.shell("ann"))
    deliver(wanted(before))
    asked = wanted(between)
    deliver(asked)
    account_freeze(account_id=between.id, reason="looked into", by=Actor.shell("ann"))
    deliver(checked(asked))
    assert [(each.closed, each.frozen) for each in published(ClosingDecided)] == [
        (False, True),
        (False, True),
    ]


def test_the_answer_to_a_closing_that_was_decided_changes_nothing(customer, deliver, published) -> None:
    account = customer()
    asked = wanted(account)
    deliver(asked)
    deliver(checked(asked, positions=1))
    deliver(checked(wanted(account, asked.closing_id, attempt=2)))
    assert [each.closed for each in published(ClosingDecided)] == [False]
    account.refresh_from_db()
    assert (account.closing_id, account.closed_at) == (None, None)


def test_the_database_keeps_a_closed_account_empty_and_operators_are_told(customer, deliver) -> None:
    account = customer(100_00)
    entry = JournalEntry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerAccount.objects.filter(id=account.id).update(closing_id=new_id(), closed_at=timezone.now())
    LedgerAccount.objects.filter(id=account.id).update(
        balance=0, closing_id=new_id(), closed_at=timezone.now()
    )
    with pytest.raises(AccountClosed):
        journal_reverse(entry_id=entry.id, reason="paid twice", by=Actor.shell("ann"))


def test_the_display_name_is_forgotten_and_the_username_stays(deliver, user_id) -> None:
    deliver(registered(user_id))
    Person.objects.filter(user_id=user_id).update(display_name="Ann Lee")
    deliver(UserClosed(user_id=user_id, closed_at=timezone.now()), sequence=3)
    person = Person.objects.get(user_id=user_id)
    assert (person.username, person.display_name) == ("ann", "")
