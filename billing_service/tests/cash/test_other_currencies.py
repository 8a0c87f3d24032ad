"""An exchange in another currency than the dollar."""

from __future__ import annotations

import pytest

from billing_service.ledger.models import LedgerAccount, LedgerEntry
from billing_service.ledger.services import accounts_open
from billing_service.tests.orders import received, registered
from servicekit.contracts.billing import AccountOpened, DepositBooked
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("currency", ["RUB", "EUR"])
def test_accounts_deposits_withdrawals_and_the_history_are_in_it(settings, api, published, currency):
    settings.HOME_CURRENCY = currency
    user_id = new_id()
    accounts_open(messages=[received(registered(user_id))])
    client = api(user_id)

    def sent(path, **body):
        return client.post(f"/api/v1/{path}", body, headers={"Idempotency-Key": str(new_id())})

    assert client.get("/api/v1/account").json()["currency"] == currency
    for body in ({"amount": "1500.50"}, {"amount": "100.00", "currency": currency}):
        made = sent("deposits", **body)
        assert (made.status_code, made.json()["currency"]) == (201, currency)
    assert sent("withdrawals", amount="10.00").json()["currency"] == currency
    refused = sent("deposits", amount="1.00", currency="USD").json()
    assert refused["errors"][0]["code"] == "currency_unsupported"
    assert f"use {currency}" in refused["errors"][0]["detail"]
    sign = {"EUR": "€", "RUB": "₽"}[currency]
    too_much = sent("withdrawals", amount="100000.00").json()
    assert f"{sign}1,590.50 can be withdrawn; this withdrawal is {sign}100,000.00." in too_much["detail"]

    rows = client.get("/api/v1/operations").json()["results"]
    assert {row["currency"] for row in rows} == {currency}
    exported = client.get("/api/v1/operations", {"format": "csv"}, headers={"X-Birzha-Exports": "taken"})
    table = b"".join(exported.streaming_content).decode()
    assert table.count(f",{currency},") == 3
    assert "USD" not in table
    assert set(LedgerAccount.objects.values_list("currency", flat=True)) == {currency}
    assert set(LedgerEntry.objects.values_list("account__currency", flat=True)) == {currency}
    assert {event.currency for event in (*published(AccountOpened), *published(DepositBooked))} == {currency}
