"""The doors: the public port, the frontend's inner socket, and the metrics socket.

On the public port nothing that a client says about itself is believed: internal headers are removed
and the address is the connection's. On the inner socket (mode 0600) web_frontend speaks for a visitor,
so its X-Forwarded-For and X-Request-Id are kept.
"""

from __future__ import annotations

from pathlib import Path

from gateway.envoy import Json, extension, seconds, typed
from gateway.envoy.replies import local_replies
from gateway.envoy.routes import NAME
from gateway.source import Gateway

OWNER_ONLY = 0o600

_HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_MUTATION = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
_SPOOFABLE_PREFIXES = ("x-user-", "x-envoy-", "x-birzha-")
_SPOOFABLE_OUTSIDE = ("x-forwarded-", "x-real-ip", "forwarded", "x-request-id")

_COMPRESSED_TYPES = (
    "application/json",
    "application/problem+json",
    "application/javascript",
    "application/vnd.oai.openapi",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/plain",
)


def public_listener(gateway: Gateway, *, bind: str, port: int, routes: Json, log: str) -> Json:
    """The one port of the system."""
    return {
        "name": "public",
        "address": {"socket_address": {"address": bind, "port_value": port}},
        # A second gateway on this port must fail to start, not silently take half of the connections.
        "enable_reuse_port": False,
        "per_connection_buffer_limit_bytes": 1024 * 1024,
        "filter_chains": [_chain(gateway, "public", trusted=False, routes=routes, log=log)],
    }


def inner_listener(gateway: Gateway, *, socket: Path, routes: Json, log: str) -> Json:
    """web_frontend's way in: only this user of the machine can open it."""
    return {
        "name": "inner",
        "address": {"pipe": {"path": str(socket), "mode": OWNER_ONLY}},
        "filter_chains": [_chain(gateway, "inner", trusted=True, routes=routes, log=log)],
        "ignore_global_conn_limit": True,
    }


def stats_listener(*, socket: Path) -> Json:
    """Metrics and readiness, and nothing else of Envoy's admin."""
    paths = ("/stats/prometheus", "/ready")
    routes = [{"match": {"path": path}, "route": {"cluster": "admin"}} for path in paths]
    hosts = [{"name": "stats", "domains": ["*"], "routes": routes}]
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        _HCM,
        stat_prefix="stats",
        route_config={"name": "stats", "virtual_hosts": hosts},
        http_filters=[_router()],
    )
    return {
        "name": "stats",
        "address": {"pipe": {"path": str(socket), "mode": OWNER_ONLY}},
        "filter_chains": [{"filters": [manager]}],
        "ignore_global_conn_limit": True,
    }


def _chain(gateway: Gateway, name: str, *, trusted: bool, routes: Json, log: str) -> Json:
    limits, timeouts = gateway.limits, gateway.timeouts
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        _HCM,
        stat_prefix=name,
        codec_type="HTTP1",
        **routes,
        http_filters=[_body_limit(gateway), _compressor(), _router()],
        local_reply_config=local_replies(gateway),
        access_log=[_access_log(name, log)],
        server_name=NAME,
        # who is asking
        use_remote_address=not trusted,
        preserve_external_request_id=trusted,
        generate_request_id=True,
        always_set_request_id_in_response=True,
        request_id_extension=_uuid(),
        early_header_mutation_extensions=[_strip(trusted=trusted)],
        # one spelling per address
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        # limits
        max_request_headers_kb=limits.header_kib,
        request_timeout=seconds(timeouts.client_request),
        request_headers_timeout=seconds(timeouts.client_request),
        stream_idle_timeout=seconds(max(timeouts.client_request, timeouts.unsafe) + 5),
        common_http_protocol_options={
            "max_headers_count": limits.headers,
            "idle_timeout": seconds(timeouts.client_idle),
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
    )
    return {"filters": [manager]}


def _strip(*, trusted: bool) -> Json:
    """Removes what only the inside may say, before Envoy looks at it."""
    names = _SPOOFABLE_PREFIXES if trusted else _SPOOFABLE_PREFIXES + _SPOOFABLE_OUTSIDE
    mutations = [
        {"remove_on_match": {"key_matcher": {"prefix": name}}} if name.endswith("-") else {"remove": name}
        for name in names
    ]
    return extension("envoy.http.early_header_mutation.header_mutation", _MUTATION, mutations=mutations)


def _uuid() -> Json:
    """A plain UUIDv4: no tracing decision packed into it."""
    proto = "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"
    return {"typed_config": typed(proto, pack_trace_reason=False, use_request_id_for_trace_sampling=False)}


def _body_limit(gateway: Gateway) -> Json:
    proto = "envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit"
    return extension("envoy.filters.http.body_size_limit", proto, max_request_bytes=gateway.limits.body_bytes)


def _compressor() -> Json:
    types = [{"prefix": name} for name in _COMPRESSED_TYPES]
    library = extension("gzip", "envoy.extensions.compression.gzip.compressor.v3.Gzip", memory_level=6)
    return extension(
        "envoy.filters.http.compressor",
        "envoy.extensions.filters.http.compressor.v3.Compressor",
        response_direction_config={
            "common_config": {"min_content_length": 512, "content_type_matcher": types},
            "weaken_etag_on_compress": True,
        },
        compressor_library=library,
    )


def _router() -> Json:
    proto = "envoy.extensions.filters.http.router.v3.Router"
    return extension("envoy.filters.http.router", proto, suppress_envoy_headers=True)


def _access_log(listener: str, path: str) -> Json:
    """One JSON object a line; the path without its query, which may hold what a person searched for."""
    line = {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "listener": listener,
        "request_id": "%RESP(X-REQUEST-ID)%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ)%",
        "status": "%RESPONSE_CODE%",
        "service": "%UPSTREAM_CLUSTER%",
        "duration_ms": "%DURATION%",
        "service_ms": "%RESPONSE_DURATION%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
        "flags": "%RESPONSE_FLAGS%",
        "reason": "%RESPONSE_CODE_DETAILS%",
        "user_agent": "%REQ(USER-AGENT):200%",
    }
    proto = "envoy.extensions.access_loggers.file.v3.FileAccessLog"
    return extension("envoy.access_loggers.file", proto, path=path, log_format={"json_format": line})
