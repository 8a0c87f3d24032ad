"""A path through a day: from the open by high and low to the close."""

from __future__ import annotations

from itertools import pairwise

from market_service.quotes.feeds.day_path import Bar, DayPath

BAR = Bar(570.96, 587.89, 570.37, 585.78)
SHARES = [step / 2000 for step in range(2001)]


def prices(seed: str, bar: Bar = BAR) -> list[float]:
    path = DayPath(bar, seed)
    return [path.price(share) for share in SHARES]


def test_the_same_seed_gives_the_same_path_and_another_another() -> None:
    assert prices("2013:AAPL:2012-06-18") == prices("2013:AAPL:2012-06-18")
    assert prices("2013:AAPL:2012-06-18") != prices("2014:AAPL:2012-06-18")


def test_it_begins_at_the_open_stays_within_the_range_and_ends_at_the_close() -> None:
    for seed in map(str, range(50)):
        path = prices(seed)
        assert (round(path[0], 6), round(path[-1], 6)) == (BAR.open, BAR.close)
        assert BAR.low <= min(path)
        assert max(path) <= BAR.high
        assert max(path) > BAR.high - 0.3
        assert min(path) < BAR.low + 0.3
        assert len({round(price, 2) for price in path}) > 200  # and it wanders between
        assert max(abs(b - a) for a, b in pairwise(path)) < 1.7  # without jumps


def test_a_day_without_a_range_is_a_line() -> None:
    assert set(prices("x", Bar(5.0, 5.0, 5.0, 5.0))) == {5.0}
