"""The gateway's own spans: one for each request, in the trace that the client began, or a new one.

Only the scheme and host of the address are in it: what people type into addresses goes nowhere.
"""

from __future__ import annotations

from gateway.config.envoy import Json, extension, typed
from gateway.config.envoy.endpoints import discovery, endpoints
from gateway.config.traces import Traces

CLUSTER = "traces"

_TRACER = "envoy.config.trace.v3.OpenTelemetryConfig"
_DETECTOR = "envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig"
_TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
#: Where Debian and Envoy's own image have them.
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
#: How long the collector may take, how many requests wait for it at most.
_TIMEOUT, _MOST = "2s", 16


def tracing(traces: Traces | None) -> Json:
    """What a listener has of it."""
    if traces is None:
        return {}
    to: Json = {
        "http_uri": {"uri": traces.url, "cluster": CLUSTER, "timeout": _TIMEOUT},
        "request_headers_to_add": [
            {"header": {"key": name, "value": value.replace("%", "%%")}} for name, value in traces.headers
        ],
    }
    namespace = extension(
        "envoy.tracers.opentelemetry.resource_detectors.static_config",
        _DETECTOR,
        attributes={"service.namespace": "birzha"},
    )
    provider = extension(
        "envoy.tracers.opentelemetry",
        _TRACER,
        http_service=to,
        service_name="gateway",
        resource_detectors=[namespace],
    )
    return {
        "tracing": {
            "provider": provider,
            "random_sampling": {"value": traces.share * 100},
            "max_path_tag_length": 1,
            "operation": "%REQ(:METHOD)%",
            "custom_tags": [{"tag": "birzha.request_id", "request_header": {"name": "x-request-id"}}],
        }
    }


def traces_clusters(traces: Traces | None) -> list[Json]:
    """The collector. It is away for ever or not: no request of a client waits for it."""
    if traces is None:
        return []
    cluster: Json = {
        "name": CLUSTER,
        "type": discovery(traces.place),
        "connect_timeout": "1s",
        "load_assignment": endpoints(CLUSTER, traces.place),
        "circuit_breakers": {
            "thresholds": [dict.fromkeys(("max_connections", "max_pending_requests", "max_requests"), _MOST)]
        },
    }
    if traces.by_tls:
        validation: Json = {
            "trusted_ca": {"filename": _AUTHORITIES},
            "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": traces.host}}],
        }
        context = {"validation_context": validation}
        cluster["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": typed(_TLS, sni=traces.host, common_tls_context=context),
        }
    return [cluster]
