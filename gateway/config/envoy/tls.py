"""TLS at the public port, with a certificate of one's own: no proxy in front.

The certificate and its key are copied into a file of their own, which Envoy watches: a new one is taken
without a restart. Plain HTTP stays for this machine and for trusted proxies; anybody else is sent to https.
"""

from __future__ import annotations

from pathlib import Path

from gateway.config.envoy import Json, extension

CERTIFICATE = "certificate"
FILE = Path("sds") / "certificate.json"

PROTO = "envoy.extensions.transport_sockets.tls.v3"


def transport(folder: Path | None) -> Json:
    """The transport socket of a listener with TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.

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
        "envoy.transport_sockets.tls", f"{PROTO}.DownstreamTlsContext", common_tls_context=common
    )
