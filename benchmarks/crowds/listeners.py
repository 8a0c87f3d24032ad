"""Many who listen to the stream of quotes on one process, past the gateway and its limits for a visitor."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: Bytes of one read.
CHUNK = 65_536
#: Where they come from: a few hundred may listen of one.
ADDRESSES = 10


class Listeners:
    """Attributes:
    events: how many events they have received in all.
    open: how many connections are open.
    """

    def __init__(self, path: Path, tickers: Sequence[str], count: int) -> None:
        self.events = self.open = 0
        self._stop = threading.Event()
        self._selector = selectors.DefaultSelector()
        for number in range(count):
            listener = socket.socket(socket.AF_UNIX)
            listener.connect(str(path))
            ticker = tickers[number % len(tickers)]
            listener.sendall(
                (
                    f"GET /api/v1/quotes/stream?tickers={ticker} HTTP/1.1\r\nHost: localhost\r\n"
                    f"X-Forwarded-For: 192.0.2.{number % ADDRESSES}\r\n\r\n"
                ).encode()
            )
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ)
            self.open += 1

    def listen(self) -> None:
        """Read until :meth:`stop`."""
        while not self._stop.is_set():
            for key, _ in self._selector.select(timeout=0.2):
                read = key.fileobj.recv(CHUNK)  # type: ignore[union-attr]
                self.events += read.count(b"data:")
                if not read:
                    self._selector.unregister(key.fileobj)
                    self.open -= 1

    def stop(self) -> None:
        self._stop.set()

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()


@contextmanager
def listening(path: Path, tickers: Sequence[str], count: int) -> Iterator[Listeners]:
    """So many listeners, each to one of the tickers by turns, until the end of the block."""
    with ExitStack() as stack:
        listeners = Listeners(path, tickers, count)
        stack.callback(listeners.close)
        thread = threading.Thread(target=listeners.listen, daemon=True)
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(listeners.stop)
        yield listeners
