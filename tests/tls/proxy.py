"""A TLS proxy as people put one in front: it ends TLS, and says to Birzha what it is told to say."""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class TlsProxy:
    """One proxy.

    Attributes:
        port: where it listens, with TLS.
        upstream: Birzha's port, spoken to in plain HTTP.
        keeps_host: it passes the visitor's Host on; otherwise the upstream's address, nginx's default.
        forwards: it says X-Forwarded-For (behind what the visitor wrote) and X-Forwarded-Proto.
        visitor: what it says the visitor's address is; the connection's when it is "".
    """

    def __init__(self, port: int, upstream: int, *, keeps_host: bool = True, forwards: bool = True) -> None:
        self.port, self.upstream = port, upstream
        self.keeps_host, self.forwards, self.visitor = keeps_host, forwards, ""

    @contextmanager
    def serve(self, certificate: Path, key: Path) -> Iterator[TlsProxy]:
        """Listen until the end."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        self._listen()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(60)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Meanwhile somebody else may listen on its port."""
        self._server.close()
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result(60)
        try:
            yield
        finally:
            self._listen()

    def _listen(self) -> None:
        start = asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(60)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            up_writer.write(self._rewritten(head, writer.get_extra_info("peername")[0]))
            await asyncio.gather(_pump(reader, up_writer), _pump(up_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    def _rewritten(self, head: bytes, address: str) -> bytes:
        """The request's head; one request a connection, so that none slips through unread."""
        lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"connection:")]
        if not self.keeps_host:
            host = f"Host: 127.0.0.1:{self.upstream}".encode()
            lines = [host if line.lower().startswith(b"host:") else line for line in lines]
        if self.forwards:
            given = [match[1] for line in lines if (match := re.match(rb"(?i)x-forwarded-for: *(.*)", line))]
            lines = [line for line in lines if not re.match(rb"(?i)x-forwarded-(for|proto):", line)]
            forwarded = b", ".join([*given, (self.visitor or address).encode()])
            lines += [b"X-Forwarded-For: " + forwarded, b"X-Forwarded-Proto: https"]
        return b"\r\n".join([*lines, b"Connection: close", b"", b""])


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
