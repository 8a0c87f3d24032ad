"""Time-outs nest: who waits for another waits longer than that one, which can so tell what happened."""

from __future__ import annotations

from gateway.config.source import load
from web_frontend.gateway_client import CALL_S, PAGE_S, READ_S
from web_frontend.market_clock.clock import CALL_S as CLOCK_S


def test_a_page_outlasts_one_try_at_a_service_and_the_gateway_outlasts_a_page() -> None:
    times = load().timeouts
    assert times.safe_try < CALL_S < min(times.safe, times.unsafe)
    assert CALL_S < PAGE_S < times.page_try < times.safe
    assert times.unsafe > PAGE_S


def test_a_part_of_a_page_says_that_it_has_no_answer_within_three_seconds() -> None:
    assert READ_S + CLOCK_S <= 2.8  # one after the other, and time to write the page
    assert 2 * READ_S < PAGE_S  # what two parts, one asked after the other, take if both hang
