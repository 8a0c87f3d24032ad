"""The certificate of the public port and its key, copied to where Envoy finds them."""

from __future__ import annotations

import ssl
from pathlib import Path

from gateway.config.envoy import typed
from gateway.config.envoy.tls import CERTIFICATE, FILE, PROTO
from gateway.config.source import SourceError
from gateway.runtime.files import write

#: Where it is said which files that was copied from.
SOURCE = "certificate-files.json"


def write_certificate(out: Path, certificate: Path, key: Path) -> None:
    """Copy a certificate (with its chain) and its key to where Envoy finds them.

    Args:
        out: folder of the rendered files.
        certificate: PEM, the server's own first.
        key: PEM, without a password.

    Raises:
        SourceError: they cannot be read, or do not belong together; what was there before stays.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
        texts = {"certificate_chain": certificate.read_text(), "private_key": key.read_text()}
    except (OSError, ValueError) as error:
        raise SourceError(
            f"the certificate {certificate} with the key {key} cannot be used: {error}"
        ) from None
    (out / FILE).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    inline = {name: {"inline_string": text} for name, text in texts.items()}
    secret = typed(f"{PROTO}.Secret", name=CERTIFICATE, tls_certificate=inline)
    write(out / FILE, {"resources": [secret]}, mode=0o600)
    write(out / SOURCE, {"files": [str(certificate), str(key)]})


def _no_password() -> str:
    raise ValueError("the key has a password")
