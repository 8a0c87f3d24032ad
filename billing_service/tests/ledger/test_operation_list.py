"""The history: fields, filters, pages, and the same as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from rest_framework.serializers import BaseSerializer

from billing_service.ledger.exports import rows as export_rows
from billing_service.ledger.exports.plain_csv import plain_csv
from billing_service.ledger.exports.rows import safe_text
from billing_service.ledger.models import JournalEntry
from billing_service.ledger.selectors import operation_list
from billing_service.ledger.serializers import price_plain
from billing_service.ledger.services import journal_reverse
from billing_service.tests.booked import trader_of
from servicekit.audit.actors import Actor
from servicekit.ids import new_id

URL = "/api/v1/operations"


@pytest.fixture
def trader(customer):
    return trader_of(customer)


def test_fields_newest_first(trader, api):
    body = api(trader.user_id).get(URL).json()

    assert (body["next"], body["previous"]) == (None, None)
    rows = body["results"]
    assert [(row["type"], row["amount"], row["balance_after"]) for row in rows] == [
        ("sell", "100.00", "669.38"),
        ("fee", "-0.22", "569.38"),
        ("buy", "-430.40", "569.60"),
        ("deposit", "1000.00", "1000.00"),
    ]
    assert list(rows[2]) == [
        "id", "type", "amount", "currency", "balance_after", "order_id", "ticker", "quantity", "price",
        "occurred_at", "reason", "fee", "total", "name",
    ]  # fmt: skip
    bought, fee, deposit = rows[2], rows[1], rows[3]
    order_id = str(trader.buy.order_id)
    assert [bought[name] for name in ("order_id", "ticker", "quantity", "price", "currency")] == [
        order_id, "AAPL", 10, "43.04", "USD",
    ]  # fmt: skip
    assert [fee[name] for name in ("order_id", "ticker", "quantity", "price")] == [
        order_id,
        "AAPL",
        None,
        None,
    ]
    assert [deposit[name] for name in ("order_id", "ticker", "quantity", "price")] == [None] * 4
    assert deposit["occurred_at"].endswith("Z")
    assert [row["name"] for row in rows] == [None, "Apple Inc.", "Apple Inc.", None]
    russian = api(trader.user_id).get(URL, headers={"Accept-Language": "ru"}).json()["results"]
    assert russian[2]["name"] == "Эппл"


def test_a_reversal_stands_in_the_history_with_its_reason(customer, api):
    account = customer(100_00)
    entry = JournalEntry.objects.get()
    journal_reverse(entry_id=entry.id, reason='=1+1, "paid in twice"', by=Actor.shell("ann"))

    rows = api(account.user_id).get(URL).json()["results"]
    assert [(row["type"], row["amount"], row["balance_after"], row["reason"]) for row in rows] == [
        ("reversal", "-100.00", "0.00", '=1+1, "paid in twice"'),
        ("deposit", "100.00", "100.00", None),
    ]

    by_nginx = {"X-Birzha-Exports": "taken"}
    file = api(account.user_id).get(URL, {"format": "csv", "type": "reversal"}, headers=by_nginx)
    lines = b"".join(file.streaming_content).decode()
    (line,) = csv.DictReader(io.StringIO(lines))
    assert line["reason"] == '\'=1+1, "paid in twice"'  # no formula to a spreadsheet


def test_filters(trader, api):
    client = api(trader.user_id)

    def types(**query):
        return [row["type"] for row in client.get(URL, query).json()["results"]]

    today = timezone.now().date()
    assert types(type="buy") == ["buy"]
    assert types(ticker="AAPL") == ["fee", "buy"]
    assert types(ticker="aapl") == ["fee", "buy"]
    assert types(ticker="NONE") == []
    assert types(type="fee", ticker="TSLA") == []
    assert len(types(**{"from": str(today), "to": str(today)})) == 4
    assert types(to=str(today - timedelta(days=1))) == []
    assert len(types(**{"from": "0001-01-01", "to": "9999-12-31"})) == 4
    assert types(**{"from": (timezone.now() + timedelta(minutes=1)).isoformat()}) == []


@pytest.mark.parametrize(
    "query",
    [
        {"type": "gift"},
        {"from": "yesterday"},
        {"to": "2025-13-01"},
        {"to": "10000-01-01"},
        {"from": "2025-01-01T00:00:00"},
        {"ticker": "A" * 40},
        {"format": "pdf"},
        {"ticker": "\x00"},
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_a_bad_filter_is_a_400(trader, api, query, accept):
    answer = api(trader.user_id).get(URL, query, headers={"Accept": accept})

    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_pages(trader, api):
    client = api(trader.user_id)
    seen, url = [], f"{URL}?page_size=3"
    while url:
        page = client.get(url).json()
        seen.append([row["type"] for row in page["results"]])
        url = page["next"] and "?".join(urlsplit(page["next"])[2:4])
    assert seen == [["sell", "fee", "buy"], ["deposit"]]


def test_other_people_see_nothing_of_it(trader, customer, api):
    assert len(api(customer(1).user_id).get(URL).json()["results"]) == 1
    assert api(new_id()).get(URL).json()["results"] == []


@pytest.mark.parametrize("ask", [{"query": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
def test_the_same_rows_as_a_file(trader, api, ask):
    client = api(trader.user_id)
    query = {"ticker": "AAPL", "page_size": "1"}

    headers = ask.get("headers", {}) | {"X-Birzha-Exports": "taken"}
    answer = client.get(URL, query | ask.get("query", {}), headers=headers)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="operations.csv"'
    assert answer["Cache-Control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    expected = client.get(URL, {"ticker": "AAPL"}).json()["results"]
    assert rows == [{name: "" if v is None else str(v) for name, v in row.items()} for row in expected]


def test_a_file_is_never_made_on_the_threads_that_answer_everybody(trader, api):
    """However it is spelled (``format=%63sv``): what the gateway did not see, nginx has not taken."""
    answer = api(trader.user_id).get(f"{URL}?format=%63sv")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_a_person_in_a_browser_gets_a_page(trader, api):
    answer = api(trader.user_id).get(URL, headers={"Accept": "text/html"})
    assert answer["Content-Type"].startswith("text/html")


def test_no_cell_is_a_formula():
    texts = ("=1+1", "+A1", "-A1", "@x", "\tx", "AAPL", "", None)
    assert [safe_text(text) for text in texts] == [
        "'=1+1", "'+A1", "'-A1", "'@x", "'\tx", "AAPL", "", None,
    ]  # fmt: skip


def test_a_file_takes_one_query_however_many_its_rows(trader, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(export_rows, "PORTION", 3)
    with django_assert_num_queries(1):
        portions = list(plain_csv(operation_list(user_id=trader.user_id)))
    assert [portion.count(b"\r\n") for portion in portions] == [1 + 3, 1]


def test_a_file_makes_no_serializer_for_a_row(trader, api, monkeypatch):
    """One for each row took ten times the CPU of the row."""
    made = []
    begin = BaseSerializer.__init__

    def counted(serializer, *args, **options):
        made.append(type(serializer).__name__)
        begin(serializer, *args, **options)

    monkeypatch.setattr(BaseSerializer, "__init__", counted)

    def file(**query):
        made.clear()
        answer = api(trader.user_id).get(
            URL, {"format": "csv", **query}, headers={"X-Birzha-Exports": "taken"}
        )
        portions = (part if isinstance(part, bytes) else part.encode() for part in answer.streaming_content)
        return b"".join(portions).count(b"\r\n") - 1, made.count("OperationOutput")

    none, for_none = file(ticker="NOPE")
    few, for_few = file()
    assert (none, few) == (0, 4)
    assert for_few == for_none


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("43.04000000", "43.04"),
        ("43.4", "43.40"),
        ("0.01250000", "0.0125"),
        ("500.00000000", "500.00"),
        ("1E+2", "100.00"),
    ],
)
def test_price_without_needless_zeros(price, text):
    assert price_plain(Decimal(price), "USD") == text
