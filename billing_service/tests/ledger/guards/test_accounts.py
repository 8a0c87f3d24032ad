"""What an account may be: the database refuses the rest."""

from __future__ import annotations

import pytest
from django.db import connection

from billing_service.ledger.models import LedgerAccount
from billing_service.tests.ledger.guards.writing import refused_at_commit

pytestmark = pytest.mark.django_db


def test_an_account_that_was_booked_on_stays(customer):
    account = customer(100)
    with refused_at_commit("was booked on"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_ledgeraccount WHERE id = %s", [account.id])
    with refused_at_commit("was booked on"):
        LedgerAccount.objects.filter(id=account.id).update(currency="EUR")


@pytest.mark.parametrize("change", [{"balance": -1}, {"held": -1}, {"held": 101}])
def test_a_customer_never_owes_and_never_holds_more_than_there_is(customer, change):
    account = customer(100)
    with refused_at_commit("account_"):
        LedgerAccount.objects.filter(id=account.id).update(**change)


def test_the_house_may_owe_but_holds_nothing(accounts):
    house = LedgerAccount.objects.filter(id=accounts["house_cash", "USD"])
    assert house.update(balance=-100) == 1
    with refused_at_commit("account_held_within_balance"):
        house.update(held=1)


def test_one_account_of_a_kind_and_currency_for_the_system(accounts):
    with refused_at_commit("account_one_of_the_system_per_currency"):
        LedgerAccount.objects.create(kind="fees", currency="USD")
