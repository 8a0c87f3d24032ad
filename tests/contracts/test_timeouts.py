"""Time-outs nest: who waits for another waits longer than that one, which can so tell what happened."""

from __future__ import annotations

from gateway.config.source import load
from web_frontend.call_times import CALL_S, PAGE_S, PASSWORD_PATHS, PASSWORD_S
from web_frontend.market_clock.clock import CALL_S as CLOCK_S


def test_a_page_outlasts_each_of_its_calls_and_the_gateway_outlasts_a_page() -> None:
    times = load().timeouts
    assert CALL_S < PASSWORD_S < PAGE_S < times.page_try < times.safe
    assert times.unsafe > PAGE_S


def test_a_page_says_that_it_has_no_answer_within_three_seconds() -> None:
    assert CALL_S + CLOCK_S <= 2.8  # one after the other, and time to write the page
    assert 2 * CALL_S < PAGE_S  # what two parts, one asked after the other, take if both hang


def test_the_pages_wait_longer_where_the_gateway_has_passwords_hashed() -> None:
    hashed = {route.match for route in load().routes if route.passwords == "hashed"}
    assert {path for path in hashed if path.startswith("/api/")} == PASSWORD_PATHS
