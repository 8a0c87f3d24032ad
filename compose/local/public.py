"""How the outside reaches a system: public address, trusted proxies, the names it answers to."""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

from compose.local.console import CommandError

#: In BIRZHA_ALLOWED_HOSTS: whatever it is called.
ANY = "*"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def url(text: str) -> str:
    """BIRZHA_PUBLIC_URL: scheme, host and port; "" for none.

    Raises:
        CommandError: anything else.
    """
    try:
        parts = urlsplit(text.rstrip("/"))
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        good = good and not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
        good = good and is_host(bracketed(parts.hostname or ""))
    except ValueError:  # a port, or an address of IPv6, that is none
        good = False
    if text and not good:
        raise CommandError(
            f"BIRZHA_PUBLIC_URL={text} must be scheme and host, such as https://birzha.example.org "
            "or http://192.168.1.5:8000, without a path."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}" if text else ""


def source(text: str) -> str:
    """BIRZHA_SOURCE_URL: an address of a page; "" for none.

    Raises:
        CommandError: anything else.
    """
    parts = urlsplit(text)
    good = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if text and not (good and text.isprintable() and " " not in text):
        raise CommandError(f"BIRZHA_SOURCE_URL={text} must be a page, such as https://example.org/birzha.")
    return text


def networks(text: str) -> tuple[str, ...]:
    """BIRZHA_TRUSTED_PROXIES: addresses and networks, separated by commas.

    Raises:
        CommandError: one is neither, or is everybody.
    """
    found = []
    for entry in _entries(text):
        try:
            network = ipaddress.ip_network(entry)
        except ValueError as error:
            raise CommandError(
                f"BIRZHA_TRUSTED_PROXIES={entry} must be an address or a network, "
                f"such as 127.0.0.1 or 10.0.0.0/24 ({error})."
            ) from None
        if not network.prefixlen:
            raise CommandError(
                f"BIRZHA_TRUSTED_PROXIES={entry} would trust everybody: give the addresses of your proxies."
            )
        found.append(str(network))
    return tuple(dict.fromkeys(found))


def hosts(text: str) -> tuple[str, ...]:
    """BIRZHA_ALLOWED_HOSTS: host names and addresses without ports, separated by commas, or ``*``.

    Raises:
        CommandError: one is neither.
    """
    found = [bracketed(entry.lower()) for entry in _entries(text)]
    for host in found:
        if host != ANY and not is_host(host):
            raise CommandError(
                f"BIRZHA_ALLOWED_HOSTS={host} must be host names without scheme and port, "
                "such as birzha.example.org,192.168.1.5, or * for any."
            )
    return tuple(dict.fromkeys(found))


def is_host(text: str) -> bool:
    """Whether it is a host name or an address as it stands in an address line."""
    if text.startswith("["):
        return text.endswith("]") and is_address(text[1:-1])
    return bool(_NAME.fullmatch(text))


def bracketed(host: str) -> str:
    """An address of IPv6 as it stands in an address line; anything else as it is."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def reached_at(bind: str) -> str:
    """The host by which this machine reaches what listens on an address."""
    address = ipaddress.ip_address(bind)
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return bracketed(bind)


def own_hosts(bind: str) -> tuple[str, ...]:
    """The names of this machine under which what listens on an address can be asked for.

    Those of the machine itself, and the address; of all addresses and the machine's own name when it listens
    on all.
    """
    if not ipaddress.ip_address(bind).is_unspecified:
        return tuple(dict.fromkeys([*LOOPBACK, bracketed(bind)]))
    import psutil  # not needed by the processes, which read this module as they start

    name = socket.gethostname().lower()
    addresses = [
        address.address.partition("%")[0]
        for interface in psutil.net_if_addrs().values()
        for address in interface
        if address.family in (socket.AF_INET, socket.AF_INET6)
    ]
    names = [host for host in (name, f"{name.partition('.')[0]}.local") if is_host(host)]
    return tuple(dict.fromkeys([*LOOPBACK, *names, *map(bracketed, addresses)]))


def is_address(text: str) -> bool:
    """Whether it is an IP address, of IPv6 without brackets."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def certificate(certificate: str, key: str, public_url: str) -> tuple[Path, Path] | None:
    """BIRZHA_TLS_CERT and BIRZHA_TLS_KEY; None for none.

    Raises:
        CommandError: one without the other, or without a public address that is https.
    """
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise CommandError(
            "BIRZHA_TLS_CERT and BIRZHA_TLS_KEY must be set together: a certificate and its key, PEM files."
        )
    if not public_url.startswith("https:"):
        raise CommandError(
            "BIRZHA_TLS_CERT needs BIRZHA_PUBLIC_URL=https://…, the address that it is issued for."
        )
    return Path(certificate).resolve(), Path(key).resolve()
