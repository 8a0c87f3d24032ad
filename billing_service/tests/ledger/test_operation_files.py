"""One row a trade, and the files that people open: read again by what opens them."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from billing_service.holds.services import holds_place, orders_settle
from billing_service.ledger.exports import rows as export_rows
from billing_service.ledger.exports import workbook as workbooks
from billing_service.ledger.exports.columns import Local
from billing_service.ledger.exports.workbook import workbook
from billing_service.ledger.models import JournalEntry
from billing_service.ledger.selectors import operation_list
from billing_service.ledger.services import journal_reverse
from billing_service.tests.booked import booked_at, trader_of
from billing_service.tests.orders import order_filled, order_placed, received
from servicekit.audit.actors import Actor

URL = "/api/v1/operations"
BY_NGINX = {"X-Birzha-Exports": "taken"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def trader(customer):
    return trader_of(customer)


def listed(client, **query):
    return client.get(URL, query).json()["results"]


def file_of(client, **query):
    answer = client.get(URL, query, headers=BY_NGINX)
    assert answer.status_code == 200, answer.content
    return answer, b"".join(answer.streaming_content)


def sheet_of(client, **query):
    _, content = file_of(client, format="xlsx", **query)
    (sheet,) = load_workbook(io.BytesIO(content)).worksheets
    return sheet


def test_a_trade_is_one_row_with_its_fee(trader, api):
    client = api(trader.user_id)
    rows = listed(client, fees="included")
    shown = [[row[name] for name in ("type", "amount", "fee", "total", "balance_after")] for row in rows]
    assert shown == [
        ["sell", "100.00", "0.00", "100.00", "669.38"],
        ["buy", "-430.40", "0.22", "-430.62", "569.38"],
        ["deposit", "1000.00", None, "1000.00", "1000.00"],
    ]
    separate = listed(client)
    assert listed(client, fees="separate") == separate
    assert [row["type"] for row in separate] == ["sell", "fee", "buy", "deposit"]
    assert [row["fee"] for row in separate] == ["0.00", None, "0.22", None]
    assert sum(Decimal(row["total"]) for row in rows) == sum(Decimal(row["amount"]) for row in separate)


def test_pages_and_filters_of_whole_trades(trader, api):
    client = api(trader.user_id)
    first = client.get(URL, {"fees": "included", "page_size": 2}).json()
    second = client.get(first["next"].partition("testserver")[2]).json()
    assert [row["type"] for row in first["results"] + second["results"]] == ["sell", "buy", "deposit"]
    assert [row["type"] for row in listed(client, fees="included", ticker="AAPL")] == ["buy"]
    assert [row["type"] for row in listed(client, fees="included", type="fee")] == [
        "fee"
    ]  # asked for by name
    assert client.get(URL, {"fees": "none"}).status_code == 400


def test_a_fee_without_a_trade_stays_a_row(customer, api):
    """A part of an order whose amount was rounded to nothing still has its fee."""
    account = customer(10_00)
    order = order_placed(account.user_id, hold_amount=1_00)
    holds_place(messages=[received(order)])
    orders_settle(messages=[received(order_filled(order, amount=0, fee=1, price=Decimal("0.0001")))])
    rows = listed(api(account.user_id), fees="included")
    assert [(row["type"], row["total"], row["balance_after"]) for row in rows] == [
        ("fee", "-0.01", "9.99"), ("deposit", "10.00", "10.00"),
    ]  # fmt: skip


def test_the_plain_file_of_whole_trades_is_the_same_rows(trader, api):
    client = api(trader.user_id)
    _, content = file_of(client, format="csv", fees="included")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    expected = listed(client, fees="included")
    assert rows == [{name: "" if v is None else str(v) for name, v in row.items()} for row in expected]


def test_a_file_for_a_russian_spreadsheet(trader, api):
    answer, content = file_of(
        api(trader.user_id), format="csv", locale="ru", fees="included", time_zone="Europe/Moscow"
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert content.startswith(b"\xef\xbb\xbf")
    head, sell, buy, deposit = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert head[:10] == [
        "Дата, Europe/Moscow", "Операция", "Тикер", "Название", "Количество", "Цена", "Сумма", "Комиссия",
        "Итого", "Остаток после",
    ]  # fmt: skip
    assert buy[1:11] == [
        "Покупка", "AAPL", "Эппл", "10", "43,04", "-430,40", "0,22", "-430,62", "569,38", "USD",
    ]  # fmt: skip
    assert sell[2:4] == ["TSLA", ""]
    assert deposit[1:10] == ["Пополнение", "", "", "", "", "1000,00", "", "1000,00", "1000,00"]
    booked = JournalEntry.objects.get(order_id=trader.sell.order_id).occurred_at
    assert sell[0] == booked.astimezone(Local.of("ru", "Europe/Moscow").zone).strftime("%d.%m.%Y %H:%M:%S")


def test_a_file_for_an_english_spreadsheet(trader, api):
    _, content = file_of(api(trader.user_id), format="csv", locale="en", type="buy", fees="included")
    head, buy = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert (head[0], head[8]) == ("Date, UTC", "Total")
    assert buy[1:10] == ["Buy", "AAPL", "Apple Inc.", "10", "43.04", "-430.40", "0.22", "-430.62", "569.38"]
    assert datetime.fromisoformat(buy[0])


@pytest.mark.parametrize(
    ("locale", "title", "word", "name"),
    [("en", "Operations", "Buy", "Apple Inc."), ("ru", "Операции", "Покупка", "Эппл")],
)
def test_a_workbook_has_numbers_that_are_numbers(trader, api, locale, title, word, name):
    answer = api(trader.user_id).get(
        URL, {"format": "xlsx", "locale": locale, "fees": "included"}, headers=BY_NGINX
    )
    assert answer["Content-Type"] == XLSX
    assert answer["Content-Disposition"] == 'attachment; filename="operations.xlsx"'
    assert answer["Cache-Control"] == "no-store"
    (sheet,) = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets
    assert (sheet.title, sheet.freeze_panes) == (title, "A2")
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 4
    assert rows[2][1:11] == (word, "AAPL", name, 10, 43.04, -430.4, 0.22, -430.62, 569.38, "USD")
    assert isinstance(rows[2][0], datetime)
    assert UUID(str(rows[2][12])) == trader.buy.order_id
    assert rows[3][2:6] == (None, None, None, None)


def test_the_sums_of_a_workbook_are_the_ledgers(customer, api):
    """To the cent, with amounts that no binary fraction is equal to, near the most that there can be."""
    account = customer(0)
    amounts = [1, 10, 29, 1_000_000_00, 123_456_789_01, 9_000_000_000_07]
    booked_at(account, *amounts, moment=timezone.now())
    cells = [row[8] for row in sheet_of(api(account.user_id)).iter_rows(min_row=2, values_only=True)]
    assert [Decimal(str(cell)) for cell in cells] == [Decimal(cents) / 100 for cents in reversed(amounts)]


@pytest.mark.parametrize("reason", ["=1+1", "+1", "-1", "@sum", '=HYPERLINK("http://x";"y")'])
def test_no_text_is_a_formula_in_any_file(customer, api, reason):
    account = customer(1_00)
    journal_reverse(entry_id=JournalEntry.objects.get().id, reason=reason, by=Actor.shell("ann"))
    client = api(account.user_id)
    sheet = sheet_of(client, type="reversal")
    cell = sheet[2][11]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (reason, "s", True)
    for locale, delimiter in (("ru", ";"), ("en", ",")):
        _, content = file_of(client, format="csv", locale=locale, type="reversal")
        text = content.decode("utf-8-sig")
        _, row = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        assert f"'{reason}" in row


def test_what_xml_cannot_hold_makes_no_broken_workbook(customer, api):
    account = customer(1_00)
    journal_reverse(entry_id=JournalEntry.objects.get().id, reason="a\x01b\x1f\uffff", by=Actor.shell("ann"))
    texts = [cell.value for cell in sheet_of(api(account.user_id), type="reversal")[2]]
    assert "a\ufffdb\ufffd\ufffd" in texts


@pytest.mark.parametrize("currency", ["USD", "EUR", "RUB"])
def test_each_currency_stands_beside_its_amounts(customer, settings, api, currency):
    settings.HOME_CURRENCY = currency
    account = customer(0)
    booked_at(account, 1_234_56, moment=timezone.now())
    client = api(account.user_id)
    assert next(sheet_of(client).iter_rows(min_row=2, values_only=True))[9:11] == (1234.56, currency)
    assert f";1234,56;{currency};" in file_of(client, format="csv", locale="ru")[1].decode()


def test_an_empty_history_is_a_file_with_titles(customer, api):
    client = api(customer(0).user_id)
    assert len(list(sheet_of(client).iter_rows())) == 1
    assert file_of(client, format="csv", locale="ru")[1].count(b"\r\n") == 1


@pytest.mark.parametrize(
    "query",
    [{"time_zone": "Mars/Base"}, {"time_zone": "../etc/passwd"}, {"time_zone": "x" * 99}, {"locale": "de"}],
)
def test_a_file_for_nowhere_is_refused(trader, api, query):
    answer = api(trader.user_id).get(URL, {"format": "xlsx", **query}, headers=BY_NGINX)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_workbook_that_would_be_too_long_says_what_to_take_instead(trader, api, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 3)
    answer = api(trader.user_id).get(URL, {"format": "xlsx"}, headers=BY_NGINX)
    assert (answer.status_code, answer.json()["code"]) == (400, "export_too_long")
    assert len(listed(api(trader.user_id))) == 4
    monkeypatch.setattr(workbooks, "MAX_ROWS", 4)
    assert api(trader.user_id).get(URL, {"format": "xlsx"}, headers=BY_NGINX).status_code == 200


@pytest.mark.parametrize("asked", ["format=%78lsx", "format=xlsx"])
def test_a_workbook_is_never_made_on_the_threads_that_answer_everybody(trader, api, asked):
    answer = api(trader.user_id).get(f"{URL}?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_a_workbook_takes_one_query_however_many_its_rows(trader, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(export_rows, "PORTION", 2)
    with (
        django_assert_num_queries(1),
        workbook(operation_list(user_id=trader.user_id), Local.of("en")) as file,
    ):
        (sheet,) = load_workbook(file).worksheets
    assert sheet.max_row == 5
