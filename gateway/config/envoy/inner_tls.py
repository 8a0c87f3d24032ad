"""TLS between the gateway's host and the services': each shows a certificate and checks the other's.

The name in the handshake (SNI) is that of the process that is asked for, ``trading-stream``; the certificate
is that of its host. On the other side: :mod:`gateway.config.envoy.ingress`.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from gateway.config.addresses import ServicesHost
from gateway.config.envoy import Json, extension, seconds
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.envoy.tls import INNER, INNER_AUTHORITIES, PROTO, SOCKET, secret

#: Seconds after which a host that is gone without a word is given up: two questions without an answer, and
#: what was sent and is not acknowledged. As the services give up PostgreSQL and Redis.
_IDLE_S, _INTERVAL_S, _PROBES, _GIVEN_UP_MS = 10, 5, 3, 25_000
_TCP = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
#: socket(7) and tcp(7) of Linux: level, option.
_KEEPALIVE = {(1, 9): 1, (6, 4): _IDLE_S, (6, 5): _INTERVAL_S, (6, 6): _PROBES, (6, 18): _GIVEN_UP_MS}


def to_process(host: ServicesHost, process: str, cluster: str) -> Json:
    """The fields of a cluster that say where a process is and how it is reached.

    Args:
        process: whom to ask for there.
        cluster: its name.
    """
    try:
        ipaddress.ip_address(host.host)
        kind = "IP_ADDRESS"
    except ValueError:
        kind = "DNS"
    context = {
        **_context(host.certificates),
        "combined_validation_context": {
            "default_validation_context": {
                "match_typed_subject_alt_names": [{"san_type": kind, "matcher": {"exact": host.host}}]
            },
            "validation_context_sds_secret_config": secret(host.certificates, INNER_AUTHORITIES),
        },
    }
    return {
        "type": discovery(host.place),
        "load_assignment": endpoints(cluster, host.place),
        "transport_socket": extension(
            SOCKET, f"{PROTO}.UpstreamTlsContext", sni=process, common_tls_context=context
        ),
        "upstream_bind_config": {"socket_options": socket_options("STATE_PREBIND")},
    }


def from_gateways(certificates: Path) -> Json:
    """The transport socket of the services' host: whoever has no certificate of the authorities is refused.

    Args:
        certificates: the folder of the rendered files.
    """
    context = {
        **_context(certificates),
        "validation_context_sds_secret_config": secret(certificates, INNER_AUTHORITIES),
    }
    return extension(
        SOCKET,
        f"{PROTO}.DownstreamTlsContext",
        common_tls_context=context,
        require_client_certificate={"value": True},
    )


def _context(certificates: Path) -> Json:
    return {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificate_sds_secret_configs": [secret(certificates, INNER)],
    }


def socket_options(state: str) -> list[Json]:
    """By which both sides notice that the other's host is gone, also when it cannot say so."""
    return [
        {"level": level, "name": name, "int_value": value, "state": state}
        for (level, name), value in _KEEPALIVE.items()
    ]


def forwarding(cluster: str) -> Json:
    """The filter that passes a connection's bytes on to a cluster, as long as one of the two keeps it."""
    return extension(
        "envoy.filters.network.tcp_proxy", _TCP, stat_prefix=cluster, cluster=cluster, idle_timeout=seconds(0)
    )
