"""Given more matches than are counted, then the answer says so, and its pages end where the count does."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from market_service.search.selectors import ranking

pytestmark = pytest.mark.django_db
LIST = "/api/v1/instruments"


@pytest.fixture
def funds(entry: Any, load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eleven funds and one other, where ten are counted."""
    monkeypatch.setattr(ranking, "COUNTED", 10)
    load(
        *(entry(f"B{number:03}", name_en=f"Fund {number}") for number in range(11)),
        entry("S", name_en="Zebra"),
    )


def get(**query: Any) -> Any:
    return APIClient().get(LIST, query)


@pytest.mark.parametrize("ordering", ["", "-ticker", "price"])
def test_more_than_are_counted_is_said_and_the_last_counted_page_is_the_last(
    funds: None, ordering: str
) -> None:
    first = get(search="fund", page_size=5, ordering=ordering).json()
    last = get(search="fund", page_size=5, ordering=ordering, page=2).json()

    assert (first["count"], first["count_is_minimum"], len(first["results"])) == (10, True, 5)
    assert (last["count"], last["next"], len(last["results"])) == (10, None, 5)
    beyond = get(search="fund", page_size=5, ordering=ordering, page=3)
    assert (beyond.status_code, beyond.json()["code"]) == (404, "page_not_found")


@pytest.mark.parametrize(("query", "count"), [({"search": "fund 1"}, 2), ({"search": "zebra"}, 1), ({}, 12)])
def test_what_is_counted_to_the_end_is_the_count(funds: None, query: dict[str, str], count: int) -> None:
    answer = get(**query).json()
    assert (answer["count"], len(answer["results"])) == (count, count)
    assert "count_is_minimum" not in answer


def test_as_many_as_are_counted_are_all(funds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "COUNTED", 11)
    answer = get(search="fund").json()
    assert (answer["count"], "count_is_minimum" in answer) == (11, False)


def test_the_tickers_that_are_asked_for_are_all_counted(funds: None) -> None:
    tickers = ",".join(f"B{number:03}" for number in range(11))
    answer = get(search="fund", tickers=tickers).json()
    assert (answer["count"], "count_is_minimum" in answer) == (11, False)
