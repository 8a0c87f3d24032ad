"""What has changed is told to a service's stream process: once a transaction, lossy, and gaps are known."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import transaction

from servicekit.messaging import streams
from servicekit.messaging.consume.changes import follow_changes
from servicekit.messaging.publish import publish_changes
from servicekit.testing.waiting import wait
from servicekit.tests.server import Server

pytestmark = pytest.mark.django_db(transaction=True)


class Heard:
    """What a follower was told."""

    def __init__(self) -> None:
        self.messages: list[list[str]] = []
        self.gaps = 0

    def missed(self) -> None:
        self.gaps += 1


@pytest.fixture
def heard(server: Server) -> Iterator[Heard]:
    """A follower at work."""
    found, stop = Heard(), threading.Event()
    thread = threading.Thread(target=follow_changes, args=(found.messages.append, found.missed, stop))
    thread.start()
    wait(lambda: found.gaps == 1)
    yield found
    stop.set()
    server.kill()  # ends what it waits for
    thread.join(60)
    assert not thread.is_alive()


def test_a_transaction_is_one_message_after_its_commit(heard: Heard) -> None:
    with transaction.atomic():
        publish_changes(["a", "b"])
        publish_changes(["b", "c"])
        with transaction.atomic():
            publish_changes(["d"])
        assert heard.messages == []
    publish_changes(["alone"])
    wait(lambda: len(heard.messages) == 2)
    assert heard.messages == [["a", "b", "c", "d"], ["alone"]]


def test_nothing_is_told_of_what_is_rolled_back_or_of_nothing(heard: Heard) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish_changes(["never"])
        raise ZeroDivisionError
    publish_changes([])
    publish_changes(["last"])
    wait(lambda: bool(heard.messages))
    assert heard.messages == [["last"]]


def test_a_server_that_stands_still_holds_up_nobody_for_long(heard: Heard, server: Server) -> None:
    publish_changes(["before"])
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        publish_changes(["meanwhile"])
        assert time.monotonic() - begun < streams.SOCKET_TIMEOUT
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    publish_changes(["after"])
    wait(lambda: ["after"] in heard.messages)


def test_a_server_that_was_gone_is_a_gap_and_fails_nobody(heard: Heard, server: Server) -> None:
    server.kill()
    publish_changes(["lost"])
    server.start()
    wait(lambda: heard.gaps == 2)
    publish_changes(["heard"])
    wait(lambda: bool(heard.messages))
    assert heard.messages == [["heard"]]
