"""What operators can do: reverse an entry, freeze an account and let it go; seen before, for a reason."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from billing_service.cash.services import deposit_make
from billing_service.ledger.errors import NoCustomersAccount
from billing_service.ledger.models import AccountFreeze, JournalEntry, LedgerAccount
from billing_service.ledger.services import account_freeze, account_unfreeze, journal_reverse
from billing_service.tests.orders import order_filled, order_placed, registered
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.ids import new_id
from servicekit.testing.admin import operation_address, seen

ANN = Actor.shell("ann")


def page(name, thing):
    return reverse(f"admin:ledger_{name}", args=[thing.pk])


@pytest.fixture
def deposit(customer):
    """The journal entry of a deposit of 1,234.50."""
    account = customer(1234_50)
    return JournalEntry.objects.get(legs__account=account)


def test_an_entry_is_reversed_after_every_leg_was_shown(admin_client, deposit):
    show, ask = page("journalentry_change", deposit), operation_address("reverse", deposit)
    assert ask in admin_client.get(show).content.decode()

    shown = admin_client.get(ask).content.decode()
    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th><td>([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td>', shown
    )
    account = LedgerAccount.objects.get(kind="customer_cash")
    assert rows == [
        (f"customer&#x27;s cash: {account.id}", "$1,234.50", "-$1,234.50", "$0.00"),
        ("of which held", "$0.00", "", ""),
        ("frozen", "no", "", ""),
        ("the world outside: USD *", "-$1,234.50", "$1,234.50", "$0.00"),
    ]
    fields = seen(admin_client, ask)

    empty = admin_client.post(ask, fields | {"reason": " "})
    assert (empty.status_code, JournalEntry.objects.count()) == (200, 1)

    done = admin_client.post(ask, fields | {"reason": "paid in by mistake"}, follow=True)
    assert done.redirect_chain == [(show, 302)]
    reversal = JournalEntry.objects.get(type="reversal")
    assert (reversal.reverses, reversal.reason, reversal.booked_by) == (
        deposit,
        "paid in by mistake",
        "admin",
    )
    row = AuditEntry.objects.get()
    assert (row.actor_name, row.action, row.reason) == ("admin", "journal.reverse", "paid in by mistake")
    assert ask not in admin_client.get(show).content.decode()


def test_what_is_shown_is_what_is_done(admin_client, deposit):
    """Another deposit came in while the operator was reading: nothing is done, and the page says so."""
    ask = operation_address("reverse", deposit)
    fields = seen(admin_client, ask)
    account = LedgerAccount.objects.get(kind="customer_cash")
    assert account.user_id
    deposit_make(user_id=account.user_id, amount=1_00, currency="USD", idempotency_key="later")

    late = admin_client.post(ask, fields | {"reason": "paid in by mistake"})

    html = late.content.decode()
    assert "The data has changed since this page was opened; nothing was done." in html
    assert "$1,235.50" in html
    assert not JournalEntry.objects.filter(type="reversal").exists()
    again = admin_client.post(ask, seen(admin_client, ask) | {"reason": "paid in by mistake"})
    assert again.status_code == 302
    assert LedgerAccount.objects.get(id=account.id).balance == 1_00


def test_what_happens_to_others_meanwhile_does_not_matter(admin_client, deposit, customer):
    ask = operation_address("reverse", deposit)
    fields = seen(admin_client, ask)
    customer(50_00)  # the world outside has moved
    assert admin_client.post(ask, fields | {"reason": "paid in by mistake"}).status_code == 302


def test_without_having_seen_it_nothing_is_done(admin_client, deposit):
    admin_client.post(operation_address("reverse", deposit), {"reason": "blind"})
    assert not JournalEntry.objects.filter(type="reversal").exists()


def test_what_cannot_be_reversed_says_why(admin_client, deposit):
    ask = operation_address("reverse", deposit)
    fields = seen(admin_client, ask)
    admin_client.post(ask, fields | {"reason": "paid in by mistake"})

    again = admin_client.post(ask, fields | {"reason": "once more"}, headers={"Accept-Language": "ru"})

    assert again.status_code == 200
    assert "уже сторнирована" in again.content.decode()
    assert JournalEntry.objects.count() == 2


def test_a_settlement_offers_no_reversal_and_refuses_one(admin_client, customer, deliver):
    account = customer(100_00)
    order = order_placed(account.user_id, hold_amount=61_00)
    deliver(order)
    deliver(order_filled(order, amount=60_00, fee=3))
    entry = JournalEntry.objects.get(type="order_settlement")
    ask = operation_address("reverse", entry)

    assert ask not in admin_client.get(page("journalentry_change", entry)).content.decode()
    html = admin_client.get(ask).content.decode()
    assert "leave the units where they are" in html
    assert "<textarea" not in html
    russian = admin_client.post(ask, {"reason": "x"}, headers={"Accept-Language": "ru"}).content.decode()
    assert "бумаги остались бы" in russian
    assert not JournalEntry.objects.filter(type="reversal").exists()


def test_an_account_is_frozen_and_let_go_for_a_reason(admin_client, customer, admin_user):
    account = customer(100)
    show, freeze, unfreeze = (
        page("ledgeraccount_change", account),
        operation_address("freeze", account),
        operation_address("unfreeze", account),
    )
    shown = admin_client.get(show).content.decode()
    assert freeze in shown
    assert unfreeze not in shown

    admin_client.post(freeze, seen(admin_client, freeze) | {"reason": "a court's order"})

    account.refresh_from_db()
    assert account.frozen_at is not None
    assert (AccountFreeze.objects.get().reason, AccountFreeze.objects.get().frozen_by) == (
        "a court's order",
        "admin",
    )
    shown = admin_client.get(show).content.decode()
    assert unfreeze in shown
    assert freeze + '"' not in shown
    assert "a court&#x27;s order" in shown
    refused = admin_client.post(freeze, seen(admin_client, freeze) | {"reason": "again"}).content.decode()
    assert "is already frozen" in refused

    admin_client.post(unfreeze, seen(admin_client, unfreeze) | {"reason": "it was lifted"})

    account.refresh_from_db()
    assert account.frozen_at is None
    lifted = AccountFreeze.objects.get()
    assert (lifted.lifted_by, lifted.lifted_reason) == ("admin", "it was lifted")
    assert lifted.lifted_at is not None
    again = admin_client.post(unfreeze, seen(admin_client, unfreeze) | {"reason": "once more"})
    assert "is not frozen" in again.content.decode()
    assert list(AuditEntry.objects.order_by("id").values_list("action", "reason")) == [
        ("account.freeze", "a court's order"),
        ("account.unfreeze", "it was lifted"),
    ]


def test_the_exchanges_own_accounts_are_never_frozen(customer):
    customer(100)
    for account in LedgerAccount.objects.exclude(kind="customer_cash"):
        with pytest.raises(NoCustomersAccount):
            account_freeze(account_id=account.id, reason="x", by=ANN)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["reverse", "freeze"])
def test_nobody_else_can(client, django_user_model, deposit, name):
    account = LedgerAccount.objects.get(kind="customer_cash")
    ask = operation_address(name, deposit if name == "reverse" else account)
    assert client.post(ask, {"reason": "x"}).status_code == 302  # to the sign-in

    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert client.post(ask, {"reason": "x"}).status_code == 403
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("id", ["", "x", "'", "9" * 400, "00000000-0000-0000-0000-000000000000", "\x00"])
@pytest.mark.parametrize("name", ["reverse", "nothing"])
def test_a_weird_id_leads_back_to_the_list(admin_client, deposit, id, name):
    address = reverse("admin:ledger_journalentry_operation", args=[name])
    answer = admin_client.get(address, {"id": id})
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:ledger_journalentry_changelist"))


def test_accounts_are_found_by_their_owners_name(admin_client, deliver, customer):
    user_id = new_id()
    deliver(registered(user_id))
    customer(100)
    html = admin_client.get(reverse("admin:ledger_ledgeraccount_changelist"), {"q": "ANN"}).content.decode()
    assert f'href="/admin/users/accounts/user/{user_id}/change/">ann</a>' in html
    assert html.count('name="_selected_action"') == 1


def test_a_journal_entry_is_found_by_its_customers_name_once(admin_client, customer, deliver):
    """Though several of its legs are the customer's."""
    account = customer(100_00)
    order = order_placed(account.user_id, hold_amount=61_00)
    deliver(order)
    deliver(order_filled(order, amount=60_00, fee=3))
    deliver(registered(account.user_id))
    place = reverse("admin:ledger_journalentry_changelist")
    for query, count in (
        ("ann", 2), (account.user_id, 2), (order.order_id, 1), (account.id, 2), ("AAPL", 1), ("2", 1),
        ("bob", 0),
    ):  # fmt: skip
        html = admin_client.get(place, {"q": str(query)}).content.decode()
        assert html.count('class="field-type') == count, query


def test_an_unfreeze_by_a_command_is_on_record(customer):
    account = customer(100)
    account_freeze(account_id=account.id, reason="the balance is 99")
    assert not AuditEntry.objects.exists()  # the consistency job is no operator
    account_unfreeze(account_id=account.id, reason="a clerk's mistake", by=ANN)
    assert AuditEntry.objects.get().actor_name == "shell:ann"


def test_the_list_says_who_reversed_by_name(admin_client, deposit):
    by = Actor(name="olga", id=new_id())
    journal_reverse(entry_id=deposit.id, reason="x", by=by)
    from django.contrib.auth import get_user_model

    get_user_model().objects.create(username=str(by.id), first_name="olga")
    html = admin_client.get(reverse("admin:ledger_journalentry_changelist")).content.decode()
    assert ">olga</a>" in html
