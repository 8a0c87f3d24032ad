"""How long nginx is told to keep a page never comes to more than the service allowed."""

from __future__ import annotations

from itertools import product

from gateway.config.nginx.lifetime import MAX_WAIT_S, cache_lifetime


def test_the_worst_case_is_within_what_the_service_allowed() -> None:
    for seconds, waited in product(range(61), range(MAX_WAIT_S + 1)):
        lifetime = cache_lifetime(seconds, waited)
        if lifetime is None:
            assert seconds < waited + 3
            continue
        fresh, window = lifetime
        assert fresh >= 1
        # read as the service began, answered almost 1 s after `waited`, counted by nginx in whole seconds
        assert (waited + 1) + fresh + window + 1 == seconds, (seconds, waited)


def test_five_seconds_are_two_fresh_and_one_to_renew() -> None:
    assert cache_lifetime(5, 0) == (2, 1)
