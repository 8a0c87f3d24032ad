"""TLS at the public port, with a certificate of one's own: no proxy in front.

The certificate and its key are copied into a file of their own, which Envoy watches: a new one is taken
without a restart. Plain HTTP stays for this machine and for trusted proxies; anybody else is sent to https.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from gateway.envoy import Json, extension, typed
from gateway.files import write
from gateway.source import SourceError

CERTIFICATE = "certificate"
FILE = Path("sds") / "certificate.json"
#: Where it is said which files that was copied from.
SOURCE = "certificate-files.json"

_PROTO = "envoy.extensions.transport_sockets.tls.v3"


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
    secret = typed(f"{_PROTO}.Secret", name=CERTIFICATE, tls_certificate=inline)
    write(out / FILE, {"resources": [secret]}, mode=0o600)
    write(out / SOURCE, {"files": [str(certificate), str(key)]})


def _no_password() -> str:
    raise ValueError("the key has a password")


def transport(folder: Path | None) -> Json:
    """The transport socket of a door with TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.

    Args:
        folder: of the rendered files; None where Envoy only judges the rest.
    """
    common: Json = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["h2", "http/1.1"],
    }
    path = str((folder or Path("/nowhere")) / FILE)
    watched = {"path": path, "watched_directory": {"path": str(Path(path).parent)}}
    source = {"path_config_source": watched, "resource_api_version": "V3"}
    common["tls_certificate_sds_secret_configs"] = [{"name": CERTIFICATE, "sds_config": source}]
    return extension(
        "envoy.transport_sockets.tls", f"{_PROTO}.DownstreamTlsContext", common_tls_context=common
    )
