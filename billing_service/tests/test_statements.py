"""Statements: the PDF is opened again, and what it says is the ledger's."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pypdf import PdfReader

import billing_service.statements
from billing_service.ledger.models import LedgerAccount
from billing_service.ledger.services import journal_reverse
from billing_service.statements import selectors
from billing_service.statements.months import Month
from billing_service.tests.booked import booked_at, trader_of
from servicekit.audit.actors import Actor
from servicekit.ids import new_id

BY_NGINX = {"X-Birzha-Exports": "taken"}


def url(month: object = None) -> str:
    return f"/api/v1/statements/{month or Month.of(timezone.now(), UTC)}"


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


@pytest.fixture
def trader(customer):
    return trader_of(customer)


def test_a_statement_says_what_the_ledger_says(trader, api):
    answer = api(trader.user_id).get(url(), headers=BY_NGINX)
    said = text_of(answer)

    assert answer["Content-Disposition"].startswith('attachment; filename="statement-20')
    assert answer["Cache-Control"] == "no-store"
    for words in (
        "Statement for ", str(trader.id), "Month in progress: booked so far",
        "Balance at the beginning $0.00", "Deposit +$1,000.00", "Buy −$430.40", "Sell +$100.00", "Fee −$0.22",
        "Balance now $669.38",
    ):  # fmt: skip
        assert words in said, said
    assert re.search(r"Buy AAPL\s10\s\$43\.04\s\$0\.22\s−\$430\.62\s\$569\.38\sApple Inc\.", said), said
    assert "Page 1 of" in said


def test_a_statement_in_russian(trader, api):
    month = Month.of(timezone.now(), ZoneInfo("Europe/Moscow"))
    query = {"locale": "ru", "time_zone": "Europe/Moscow"}
    answer = api(trader.user_id).get(url(month), query, headers=BY_NGINX)
    said = text_of(answer)
    for words in (
        "Выписка за ",
        "Пополнение +1 000,00 $",
        "Комиссия −0,22 $",
        "Покупка AAPL",
        "Эппл",
        "669,38 $",
        "Europe/Moscow",
    ):
        assert words in said, said


@pytest.mark.parametrize(
    ("currency", "amount"), [("EUR", "1 234 567,89 €"), ("RUB", "1 234 567,89 ₽"), ("USD", "1 234 567,89 $")]
)
def test_every_currency_has_its_sign(customer, api, settings, currency, amount):
    settings.HOME_CURRENCY = currency
    account = customer(0)
    from billing_service.cash.services import deposit_make

    for part in (1_000_000_00, 234_567_89):
        deposit_make(user_id=account.user_id, amount=part, currency=currency, idempotency_key=str(new_id()))
    said = text_of(api(account.user_id).get(url(), {"locale": "ru"}, headers=BY_NGINX))
    assert f"Остаток сейчас {amount}" in said, said


def test_the_months_of_an_account(customer, api):
    account = customer(0)
    opened = timezone.now() - timedelta(days=62)
    LedgerAccount.objects.filter(id=account.id).update(opened_at=opened)
    last, first = Month.of(timezone.now(), UTC), Month.of(opened, UTC)

    rows = api(account.user_id).get("/api/v1/statements").json()["results"]
    assert [row["month"] for row in rows] == [str(month) for month in last.back_to(first)]
    assert [row["is_complete"] for row in rows] == [False, *[True] * (len(rows) - 1)]


def test_months_are_those_of_the_time_zone(customer, api):
    """What was booked at 22:30 UTC on the last of January is February's in Moscow."""
    account = customer(0)
    LedgerAccount.objects.filter(id=account.id).update(opened_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    booked_at(account, 70_00, moment=datetime(2026, 1, 31, 22, 30, tzinfo=UTC))
    client = api(account.user_id)

    said = {
        (month, zone): text_of(client.get(url(month), {"time_zone": zone}, headers=BY_NGINX))
        for month in ("2026-01", "2026-02") for zone in ("UTC", "Europe/Moscow")
    }  # fmt: skip
    assert "Deposit +$70.00" in said["2026-01", "UTC"]
    assert "Balance at the end $70.00" in said["2026-01", "UTC"]
    for empty in (("2026-02", "UTC"), ("2026-01", "Europe/Moscow")):
        assert "No operations in this month." in said[empty]
    assert "Balance at the beginning $70.00" in said["2026-02", "UTC"]
    assert "Balance at the end $70.00" in said["2026-02", "UTC"]
    assert "Balance at the end $0.00" in said["2026-01", "Europe/Moscow"]
    assert "Deposit +$70.00" in said["2026-02", "Europe/Moscow"]


@pytest.mark.parametrize(
    "month",
    ["2026-13", "2026-00", "26-01", "2026-1", "now", "2026-01-01", "0000-01", "٢٠٢٦-٠١", "%00"],
)
def test_what_is_no_month(customer, api, month):
    answer = api(customer(0).user_id).get(url(month), headers=BY_NGINX)
    assert (answer.status_code, answer.json()["code"]) == (400, "month_invalid")


@pytest.mark.parametrize("month", ["9999-12", "9998-12", "1999-12", "0001-01"])
def test_a_month_to_come_or_before_the_account(customer, api, month):
    answer = api(customer(0).user_id).get(url(month), headers=BY_NGINX)
    assert (answer.status_code, answer.json()["code"]) == (404, "statement_not_found")
    assert month in answer.json()["detail"]


@pytest.mark.parametrize("query", [{"time_zone": "Mars/Base"}, {"locale": "de"}, {"format": "csv"}])
def test_a_statement_that_cannot_be(customer, api, query):
    assert api(customer(0).user_id).get(url(), query, headers=BY_NGINX).status_code == 400


def test_nobody_elses(trader, customer, api):
    said = text_of(api(customer(7_00).user_id).get(url(), headers=BY_NGINX))
    assert str(trader.id) not in said
    assert "AAPL" not in said
    answer = api(new_id()).get(url(), headers=BY_NGINX)
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_ready")


def test_a_statement_is_never_made_on_the_threads_that_answer_everybody(trader, api):
    answer = api(trader.user_id).get(url())
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_a_long_statement_repeats_its_titles_and_agrees_with_the_ledger(customer, api):
    account = customer(0)
    booked_at(account, *range(1, 121), moment=timezone.now())
    pages = PdfReader(
        io.BytesIO(b"".join(api(account.user_id).get(url(), headers=BY_NGINX).streaming_content))
    ).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 3
    for number, text in enumerate(texts, start=1):
        assert "Balance after" in text
        assert f"Page {number} of" in text
    found = re.compile(r"Deposit \+\$([\d.]+) \$")
    amounts = [Decimal(amount) for text in texts[1:] for amount in found.findall(text)]
    amounts += map(Decimal, found.findall(texts[0].partition("Balance after")[2]))
    account.refresh_from_db()
    assert sum(amounts) == Decimal(account.balance) / 100 == Decimal("72.60")


def test_too_long_a_month_says_what_to_take_instead(trader, api, monkeypatch):
    monkeypatch.setattr(selectors, "MAX_ROWS", 3)
    answer = api(trader.user_id).get(url(), headers=BY_NGINX)
    assert (answer.status_code, answer.json()["code"]) == (400, "export_too_long")
    assert "CSV" in answer.json()["detail"]


def test_finding_a_month_takes_some_looks_however_long_the_history(customer):
    account = customer(0)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for hour in range(40):
        booked_at(account, 1, moment=start + timedelta(hours=hour))
    account.refresh_from_db()
    for hour in (0, 1, 17, 39, 40):
        assert selectors.legs_before(account, start + timedelta(hours=hour)) == hour


def test_a_reason_of_any_length_stands_below_its_operation(customer, api):
    account = customer(100_00)
    entry = account.entries.get().journal_entry
    reason = "заплачено дважды " * 10
    journal_reverse(entry_id=entry.id, reason=reason.strip(), by=Actor.shell("ann"))
    said = text_of(api(account.user_id).get(url(), headers=BY_NGINX))
    assert said.replace("\n", " ").count("заплачено дважды") == 10


def test_the_fonts_are_the_published_ones():
    folder = Path(billing_service.statements.__file__).parent / "fonts"
    named = dict(
        re.findall(r"^\| `(.+\.ttf)` \| `([0-9a-f]{64})` \|$", (folder / "SOURCE.md").read_text(), re.M)
    )
    assert named == {
        font.name: hashlib.sha256(font.read_bytes()).hexdigest() for font in folder.glob("*.ttf")
    }
    assert named
