"""Clients that send requests continuously while a test does something to the system."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self


class Load(ABC):
    """Clients, each in a thread of its own, from the beginning to the end of the block.

    What a client raises fails the block, at its end.

    Attributes:
        stop: set at the end of the block.
        counts: what came of every request, in the words of :meth:`run`.

    Args:
        clients: how many.
    """

    def __init__(self, clients: int) -> None:
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(clients)
        self._clients = clients
        self._running: list[Future[None]] = []

    @abstractmethod
    def run(self, client: int) -> None:
        """What one of them does until :attr:`stop` is set.

        Args:
            client: its number, from 0 on.
        """

    def __enter__(self) -> Self:
        self._running = [self._pool.submit(self.run, client) for client in range(self._clients)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop.set()
        self._pool.shutdown()
        for running in self._running:
            if error is None:
                running.result()
