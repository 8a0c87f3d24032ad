"""What a request goes through at a listener, in this order.

cors → flood guard by address → token → rate limit by user or address → the whole body, up to its limit
→ compression → router. The flood guard stands before the token, so that who sends bad ones without end
does not even get them checked; the rate limit after it, because it counts users.
"""

from __future__ import annotations

import ipaddress

from gateway.config.envoy import Json, extension, seconds, typed
from gateway.config.envoy.access_log import access_log, refused_tokens
from gateway.config.envoy.compression import compressor
from gateway.config.envoy.rate_limits import flood_guard, rate_limit
from gateway.config.envoy.replies import local_replies
from gateway.config.envoy.tokens import token_check
from gateway.config.envoy.traces import tracing
from gateway.config.names import NAME
from gateway.config.run import Run
from gateway.config.site import Site
from gateway.config.source import Gateway

MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

_MUTATION = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
_SPOOFABLE_PREFIXES = ("x-user-", "x-envoy-", "x-birzha-")
_SPOOFABLE_OUTSIDE = ("x-forwarded-", "x-real-ip", "forwarded", "x-request-id")
#: Of a proxy's, all but X-Forwarded-For and -Proto: many proxies pass a visitor's X-Forwarded-Host on.
_SPOOFABLE_BEHIND_PROXY = (
    *(f"x-forwarded-{name}" for name in ("host", "port", "server", "prefix", "user", "client-cert")),
    *_SPOOFABLE_OUTSIDE[1:],
)

#: Requests at once in one connection, and bytes that wait for a slow reader of one and of all of them.
_HTTP2 = {
    "max_concurrent_streams": 100,
    "initial_stream_window_size": 65_536,
    "initial_connection_window_size": 1_048_576,
}


def connection_manager(
    run: Run,
    listener: str,
    *,
    routes: Json,
    trusted: bool = False,
    proxied: bool = False,
    tls: bool = False,
) -> Json:
    """Everything that a listener does.

    Args:
        run: what to render.
        listener: its name in metrics and log.
        routes: where the RouteConfiguration is.
        trusted: web_frontend's, which speaks for a visitor.
        proxied: only the trusted proxies connect to it; they send the visitor's address and scheme.
        tls: it speaks TLS, where clients may choose HTTP/2.
    """
    limits, timeouts = run.gateway.limits, run.gateway.timeouts
    return extension(
        "envoy.filters.network.http_connection_manager",
        MANAGER,
        stat_prefix=listener,
        codec_type="AUTO" if tls else "HTTP1",
        **({"http2_protocol_options": _HTTP2} if tls else {}),
        http_protocol_options=_protocol(),
        **routes,
        http_filters=[
            cors(),
            *flood_guard(run),
            token_check(run.gateway, run.site),
            *rate_limit(run),
            *_whole_requests(run.gateway),
            compressor(),
            router(),
        ],
        local_reply_config=local_replies(run.gateway, run.site),
        access_log=[access_log(listener, run.log), refused_tokens()],
        **tracing(run.traces),
        server_name=NAME,
        # who is asking
        use_remote_address=not trusted and not proxied,
        **({"original_ip_detection_extensions": [_visitor_of_proxy(run.site)]} if proxied else {}),
        skip_xff_append=True,  # the routes write it
        preserve_external_request_id=trusted,
        generate_request_id=True,
        always_set_request_id_in_response=True,
        request_id_extension=_uuid(),
        early_header_mutation_extensions=[_early(trusted=trusted, proxied=proxied)],
        # one spelling per address
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        # limits
        max_request_headers_kb=limits.header_kib,
        request_timeout=seconds(timeouts.client_request),  # its headers' too
        stream_idle_timeout=seconds(max(timeouts.client_request, timeouts.unsafe) + 5),
        drain_timeout=seconds(timeouts.drain),
        common_http_protocol_options={
            "max_headers_count": limits.headers,
            "idle_timeout": seconds(timeouts.client_idle),
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
    )


def _protocol() -> Json:
    """HTTP/1.0 is taken: nginx's upstreams and many probes speak it. Offers of another protocol are not."""
    return {
        "accept_http_10": True,
        "default_host_for_http_10": "localhost",
        "ignore_http_11_upgrade": [{"safe_regex": {"regex": ".*"}}],
    }


def cors() -> Json:
    """Answers other sites' preflights; the routes say who is allowed."""
    return extension("envoy.filters.http.cors", "envoy.extensions.filters.http.cors.v3.Cors")


def router() -> Json:
    """The last filter: sends the request on."""
    proto = "envoy.extensions.filters.http.router.v3.Router"
    return extension("envoy.filters.http.router", proto, suppress_envoy_headers=True)


def _visitor_of_proxy(site: Site) -> Json:
    """The last address in X-Forwarded-For that is no trusted proxy's; what a visitor wrote stands before."""
    networks = [ipaddress.ip_network(text) for text in site.proxies]
    cidrs = [{"address_prefix": str(n.network_address), "prefix_len": n.prefixlen} for n in networks]
    return extension(
        "envoy.http.original_ip_detection.xff",
        "envoy.extensions.http.original_ip_detection.xff.v3.XffConfig",
        xff_trusted_cidrs={"cidrs": cidrs},
        skip_xff_append=True,
    )


def _early(*, trusted: bool, proxied: bool) -> Json:
    """Removes what only the inside may say, before Envoy looks at it."""
    names: tuple[str, ...] = _SPOOFABLE_PREFIXES
    if not trusted:
        names += _SPOOFABLE_BEHIND_PROXY if proxied else _SPOOFABLE_OUTSIDE
    mutations: list[Json] = [
        {"remove_on_match": {"key_matcher": {"prefix": name}}} if name.endswith("-") else {"remove": name}
        for name in names
    ]
    return extension("envoy.http.early_header_mutation.header_mutation", _MUTATION, mutations=mutations)


def _uuid() -> Json:
    """A plain UUIDv4: no tracing decision packed into it."""
    proto = "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"
    return {"typed_config": typed(proto, pack_trace_reason=False, use_request_id_for_trace_sampling=False)}


def _whole_requests(gateway: Gateway) -> list[Json]:
    """A request goes on only when all of its body is here, and with a Content-Length, chunked or not.

    Who says beforehand that it is too large is refused at once, without a byte of it.
    """
    limit = "envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit"
    buffer = "envoy.extensions.filters.http.buffer.v3.Buffer"
    most = gateway.limits.body_bytes
    return [
        extension("envoy.filters.http.body_size_limit", limit, max_request_bytes=most),
        extension("envoy.filters.http.buffer", buffer, max_request_bytes=most),
    ]
