"""What operators can do: reverse an entry, let an account go; both for a reason."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from billing_service.ledger.models import AccountFreeze, JournalEntry
from billing_service.ledger.services import account_freeze


def page(name, thing):
    return reverse(f"admin:ledger_{name}", args=[thing.pk])


@pytest.fixture
def deposit(customer):
    """The journal entry of a deposit of 1.00."""
    account = customer(100)
    return JournalEntry.objects.get(legs__account=account)


def test_an_entry_is_reversed_for_a_reason(admin_client, deposit):
    show, ask = page("journalentry_change", deposit), page("journalentry_reverse", deposit)
    assert ask in admin_client.get(show).content.decode()
    assert admin_client.get(ask).status_code == 200

    empty = admin_client.post(ask, {"reason": " "})
    assert (empty.status_code, JournalEntry.objects.count()) == (200, 1)

    done = admin_client.post(ask, {"reason": "paid in by mistake"}, follow=True)
    assert done.redirect_chain == [(show, 302)]
    reversal = JournalEntry.objects.get(type="reversal")
    assert (reversal.reverses, reversal.reason, reversal.booked_by) == (
        deposit,
        "paid in by mistake",
        "admin",
    )
    assert "paid in by mistake" in LogEntry.objects.get().change_message
    assert ask not in admin_client.get(show).content.decode()


def test_what_cannot_be_reversed_says_why(admin_client, deposit):
    ask = page("journalentry_reverse", deposit)
    admin_client.post(ask, {"reason": "paid in by mistake"})

    again = admin_client.post(ask, {"reason": "once more"}, headers={"Accept-Language": "ru"})

    assert again.status_code == 200
    assert "уже сторнирована" in again.content.decode()
    assert JournalEntry.objects.count() == 2


def test_a_frozen_account_is_let_go_for_a_reason(admin_client, customer):
    account = customer(100)
    show, ask = page("ledgeraccount_change", account), page("ledgeraccount_unfreeze", account)
    assert ask not in admin_client.get(show).content.decode()
    account_freeze(account_id=account.id, reason="the balance is 99")
    shown = admin_client.get(show).content.decode()
    assert ask in shown
    assert "the balance is 99" in shown

    admin_client.post(ask, {"reason": "a clerk's mistake"})

    account.refresh_from_db()
    assert account.frozen_at is None
    freeze = AccountFreeze.objects.get()
    assert (freeze.lifted_by, freeze.lifted_reason) == ("admin", "a clerk's mistake")
    assert freeze.lifted_at is not None
    again = admin_client.post(ask, {"reason": "once more"})
    assert "is not frozen" in again.content.decode()


@pytest.mark.parametrize("name", ["journalentry_reverse", "ledgeraccount_unfreeze"])
def test_nobody_else_can(client, django_user_model, deposit, name):
    ask = page(name, deposit)
    assert client.post(ask, {"reason": "x"}).status_code == 302  # to the sign-in

    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert client.post(ask, {"reason": "x"}).status_code == 403
    assert JournalEntry.objects.count() == 1
