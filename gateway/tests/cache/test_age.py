"""How old a cached page may be, and who renews it."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from gateway.tests.cache.pages import SHORT, SHORT_S, cache_of, new_page
from gateway.tests.running import System


def test_a_price_is_never_older_than_its_header_says(system: System, asked) -> None:
    address, ages, caches = new_page(after="0.3"), [], Counter[str]()
    end = time.time() + 9

    def reader(pause: float) -> None:
        with system.outside() as client:
            while time.time() < end:
                sent = time.time()
                answer = client.get(address)
                seconds = int(answer.headers["Cache-Control"].rpartition("=")[2])
                price = answer.json()["price"]
                ages.append((sent - price, int(answer.headers.get("Age", 0)), seconds))
                caches[cache_of(answer)] += 1
                time.sleep(pause)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(reader, (0.01, 0.01, 0.02, 0.05, 0.3, 1.1)))
    for rendered_age, age, seconds in ages:
        assert rendered_age < seconds == 5
        if age:  # whoever keeps it for the rest of the seconds, counted from asking, keeps it no longer
            assert rendered_age < age <= seconds
    assert max(age for age, *_ in ages) > 2
    # It is renewed every few seconds, by one request, while the others still get what there is.
    assert asked(address) <= 6
    assert caches["MISS"] <= asked(address) + 5
    assert caches["HIT"] > 50 * caches["MISS"] / 6


def test_a_slow_answer_is_cached_for_less(anybody: httpx.Client) -> None:
    slow = new_page(cc="public, max-age=3", after="0.6")
    assert cache_of(anybody.get(slow)) == "MISS"
    assert cache_of(anybody.get(slow)) == "HIT"
    time.sleep(2.1)
    begun, answer = time.time(), anybody.get(slow)
    assert cache_of(answer) == "MISS"
    assert answer.json()["price"] >= begun


def test_longer_than_the_gateway_wants_is_shortened(anybody: httpx.Client) -> None:
    address = new_page(cc="public, max-age=86400")
    assert cache_of(anybody.get(address)) == "MISS"
    time.sleep(4)
    assert cache_of(anybody.get(address)) == "HIT"
    time.sleep(5.5)
    assert cache_of(anybody.get(address)) == "MISS"


def test_the_tag_saves_sending_it_again(anybody: httpx.Client, asked) -> None:
    address = new_page(tag="one")
    tag = anybody.get(address).headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"zero", {tag}', "*"):
        answer = anybody.get(address, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content, answer.headers["X-Cache"]) == (304, b"", "HIT")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert anybody.get(address, headers={"If-None-Match": '"zero"'}).status_code == 200
    assert asked(address) == 1


def test_many_at_once_are_one_request(system: System, asked) -> None:
    """When there is no page yet, and again when the page has expired."""
    address = new_page(after="0.2", cc=SHORT)
    clients = [system.outside() for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        for number in (1, 2):
            begun = time.time()
            answers = list(pool.map(lambda client: client.get(address), clients))
            assert {answer.status_code for answer in answers} == {200}
            assert min(answer.json()["price"] for answer in answers) >= begun
            assert asked(address) <= number + (number == 2)  # the second may fall on the turn of a second
            if number == 1:
                time.sleep(SHORT_S)
    for client in clients:
        client.close()
