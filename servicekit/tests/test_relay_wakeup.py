"""What wakes the relay: its own process, and messages over a real Redis server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from servicekit.messaging import streams
from servicekit.messaging.publish import relay_wakeup
from servicekit.messaging.publish.relay_wakeup import RelayWakeup, wake_relay
from servicekit.tests.server import administrator

LONG_S = 60.0


@pytest.fixture
def wakeup(monkeypatch: pytest.MonkeyPatch) -> Iterator[RelayWakeup]:
    monkeypatch.setattr(relay_wakeup, "RESUBSCRIBE_S", 0.1)
    made = RelayWakeup()
    made.wait(0)  # from now on it hears
    time.sleep(0.1)
    made.wait(0)  # what Redis says to the subscription
    yield made
    made.close()


def waited(wakeup: RelayWakeup, then: Callable[[], object] = lambda: None, seconds: float = LONG_S) -> float:
    """Seconds that it waits, while something happens soon."""
    timer = threading.Timer(0.05, then)
    begun = time.monotonic()
    timer.start()
    wakeup.wait(seconds)
    timer.join()
    return time.monotonic() - begun


def tell() -> None:
    """As a process does that does not relay."""
    administrator().publish(streams.wake_channel("trading"), "")


def test_it_is_woken_from_here_and_by_messages(wakeup: RelayWakeup) -> None:
    assert waited(wakeup, wake_relay) < LONG_S / 2
    assert waited(wakeup, tell) < LONG_S / 2
    assert waited(wakeup, seconds=0.2) >= 0.2  # each once


def test_who_is_woken_at_work_looks_again_and_but_once(wakeup: RelayWakeup) -> None:
    for _ in range(3):
        wake_relay()
        tell()
    time.sleep(0.1)
    assert waited(wakeup) < LONG_S / 2
    assert waited(wakeup, seconds=0.2) >= 0.2


def test_it_receives_again_after_redis_was_gone(wakeup: RelayWakeup) -> None:
    administrator().execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    wakeup.wait(0.1)  # hears that it is gone
    time.sleep(0.2)
    wakeup.wait(0)
    time.sleep(0.1)
    wakeup.wait(0)
    assert waited(wakeup, tell) < LONG_S / 2


def test_who_relays_no_more_is_reported_by_a_message(wakeup: RelayWakeup) -> None:
    wakeup.close()
    other = RelayWakeup()
    other.wait(0)
    wakeup.close()  # another's wake is not taken away
    assert relay_wakeup._local is other
    other.close()
    assert relay_wakeup._local is None
    wake_relay()
