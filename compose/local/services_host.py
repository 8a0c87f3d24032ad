"""Whether the gateway here can speak to the services' host: said in words that name what is wrong."""

from __future__ import annotations

import socket
import ssl

from compose.local.hosts import BEHIND_INGRESS, Part

#: Seconds that a connection, and an answer, may take.
_TIMEOUT_S = 5.0


def problem(part: Part) -> str:
    """What is wrong with the services' host; "" when it answers as it should.

    Raises:
        OSError: no connection, or one of the two certificates is refused.
    """
    assert part.certificate
    certificate, key, authorities = part.certificate
    context = ssl.create_default_context(cafile=authorities)
    context.check_hostname = False  # the name in the handshake is a process's; the host's is looked at below
    context.load_cert_chain(certificate, key)
    with (
        socket.create_connection((part.host, part.port), timeout=_TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=BEHIND_INGRESS[0]) as tls,
    ):
        tls.sendall(b"GET /readyz HTTP/1.1\r\nHost: inside\r\nConnection: close\r\n\r\n")
        answered = tls.recv(4096)  # only now a refused certificate is known
        shown = tls.getpeercert() or {}
    names = [str(name[1]) for name in shown.get("subjectAltName", ())]
    if not any(_is_of(name.lower(), part.host.lower()) for name in names):
        return f"its certificate is of {', '.join(names) or 'nobody'}, not of {part.host}"
    return "" if answered else "it hangs up"


def _is_of(name: str, host: str) -> bool:
    return name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])
