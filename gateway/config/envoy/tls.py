"""TLS at the public port, with a certificate of one's own: no proxy in front.

The certificate and its key are copied into a file of their own, which Envoy watches: a new one is taken
without a restart. Plain HTTP stays for this machine and for trusted proxies; anybody else is sent to https.
"""

from __future__ import annotations

from pathlib import Path

from gateway.config.envoy import Json, extension

#: Our certificate of the public port; that of the services' host or of the gateway's to each other, and the
#: authorities by which each knows the other.
PUBLIC, INNER, INNER_AUTHORITIES = "certificate", "inner", "inner-authorities"

PROTO = "envoy.extensions.transport_sockets.tls.v3"
SOCKET = "envoy.transport_sockets.tls"


def transport(folder: Path | None) -> Json:
    """The transport socket of a listener with TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.

    Args:
        folder: of the rendered files; None where Envoy only judges the rest.
    """
    common: Json = {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [secret(folder or Path("/nowhere"), PUBLIC)],
    }
    return extension(SOCKET, f"{PROTO}.DownstreamTlsContext", common_tls_context=common)


def secret(folder: Path, name: str) -> Json:
    """How Envoy finds a certificate, or authorities, and notices a new one."""
    path = folder / file(name)
    watched = {"path": str(path), "watched_directory": {"path": str(path.parent)}}
    return {"name": name, "sds_config": {"path_config_source": watched, "resource_api_version": "V3"}}


def file(name: str) -> Path:
    """Where it is, below the folder of the rendered files: Envoy wants a file for each."""
    return Path("sds") / f"{name}.json"
