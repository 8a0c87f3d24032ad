"""Certificates and their keys, copied to where Envoy finds them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from gateway.config.envoy import typed
from gateway.config.envoy.tls import INNER, INNER_AUTHORITIES, PROTO, PUBLIC, file
from gateway.config.source import SourceError
from gateway.runtime.files import write


def source(name: str) -> Path:
    """Where it is said, below the folder of the rendered files, which files a certificate was copied from."""
    return Path(f"{name}-files.json")


def write_certificate(out: Path, certificate: Path, key: Path) -> None:
    """Copy the public port's certificate (with its chain) and its key to where Envoy finds them.

    Args:
        out: folder of the rendered files.
        certificate: PEM, the server's own first.
        key: PEM, without a password.

    Raises:
        SourceError: they cannot be read, or do not belong together; what was there before stays.
    """
    _write(out, PUBLIC, _pair(certificate, key))
    write(out / source(PUBLIC), {"files": [str(certificate), str(key)]})


def write_inner(out: Path, certificate: Path, key: Path, authorities: Path) -> None:
    """The same of the certificate between hosts, and of the authorities that sign those of both.

    Args:
        authorities: PEM, one or more.

    Raises:
        SourceError: as above, or of the authorities; what was there before stays.
    """
    pair = _pair(certificate, key)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(authorities)
        text = authorities.read_text()
    except (OSError, ValueError) as error:
        raise SourceError(f"the authorities {authorities} cannot be used: {error}") from None
    _write(out, INNER, pair)
    _write(out, INNER_AUTHORITIES, {"validation_context": {"trusted_ca": {"inline_string": text}}})
    write(out / source(INNER), {"files": [str(certificate), str(key), str(authorities)]})


#: What copies a certificate, by its name.
WRITERS: dict[str, Callable[..., None]] = {PUBLIC: write_certificate, INNER: write_inner}


def _pair(certificate: Path, key: Path) -> dict[str, object]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
        texts = {"certificate_chain": certificate.read_text(), "private_key": key.read_text()}
    except (OSError, ValueError) as error:
        raise SourceError(
            f"the certificate {certificate} with the key {key} cannot be used: {error}"
        ) from None
    return {"tls_certificate": {name: {"inline_string": text} for name, text in texts.items()}}


def _write(out: Path, name: str, secret: dict[str, object]) -> None:
    (out / file(name)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(out / file(name), {"resources": [typed(f"{PROTO}.Secret", name=name, **secret)]}, mode=0o600)


def _no_password() -> str:
    raise ValueError("the key has a password")
