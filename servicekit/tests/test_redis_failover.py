"""A replica of Redis takes over, without the last events and with the old master back as its replica."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from servicekit.messaging.consume.consumer import Consumer
from servicekit.testing.waiting import wait
from servicekit.tests.conftest import TRADING
from servicekit.tests.sending import envelope_json, placed, send_ticks, sent
from servicekit.tests.sentinels import Replicated

#: Seconds that Sentinels may take: one that the machine holds up for two of them does nothing for thirty.
FAILOVER_S = 240
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Replicated]:
    made = Replicated(tmp_path_factory.mktemp("v"))
    settings.REDIS_URL = made.url
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
def consuming(server: Replicated) -> Iterator[None]:
    """The real consumer, in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=Consumer(stop).run)
    thread.start()
    yield
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


def test_what_the_new_master_lacks_is_sent_again_and_nobody_goes_back_to_the_old_one(
    server, subscribe, relaying, consuming, calls
):
    handled: list[Any] = []
    calls.append(lambda message: handled.append(message.id))
    billing = subscribe("billing")
    ids = send_ticks(50)
    server.client().xadd("events:billing", _entry())
    wait(lambda: len(billing.ids) == 50 and len(handled) == 1)
    wait(lambda: server.one("second").xlen(TRADING) == 50)

    billing.stop()  # it has not received what comes now when it is lost
    server.one("first").acl_setuser("default", enabled=True, commands=["-psync", "-sync"])
    server.one("first").client_kill_filter(_type="replica")
    ids += send_ticks(200)  # which the replica never hears of
    wait(sent)
    server.kill_one("first")
    wait(lambda: server.role("second") == "master", seconds=FAILOVER_S)
    server.start_one("first")
    wait(lambda: server.role("first") == "slave", seconds=FAILOVER_S)

    ids += send_ticks(50)
    billing.start()
    server.client().xadd("events:billing", _entry())
    wait(lambda: len(billing.ids) == 300 and len(handled) == 2 and sent())
    assert billing.ids == ids
    assert server.one("second").xlen(TRADING) == 300


def _entry() -> dict[str, str]:
    event = placed()
    return {"type": event.TYPE, "envelope": envelope_json(event)}
