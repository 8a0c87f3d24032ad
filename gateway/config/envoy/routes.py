"""Which address goes to which service, how long it may take and whether it is tried again.

The routes stand in a tree: Envoy goes by the longest address that a path begins with and tries only what
stands there, not every route before it (it does so twice for who is signed in).
"""

from __future__ import annotations

from collections.abc import Collection

from gateway.config.envoy import Json, extension, header, seconds, typed
from gateway.config.envoy.cache import bypassing, cached_route
from gateway.config.envoy.canary import split
from gateway.config.envoy.exports import export_routes
from gateway.config.envoy.passwords import bounded
from gateway.config.envoy.rate_limits import counted_as
from gateway.config.envoy.security_headers import content_policy, security_headers
from gateway.config.envoy.tokens import token_rule, without_token
from gateway.config.names import NAME, stream_cluster
from gateway.config.site import Site
from gateway.config.source import Gateway, Route

#: Where the gateway itself answers: it need not wait for the rest of a request.
AT_ONCE = {"envoy.filters.http.buffer": typed("envoy.config.route.v3.FilterConfig", disabled=True)}
SAFE_METHODS = "GET|HEAD|OPTIONS"


def route_configuration(gateway: Gateway, site: Site, canaries: Collection[str] = ()) -> Json:
    """The RouteConfiguration that all doors use. The first match wins.

    Args:
        gateway: the source.
        site: how the outside reaches the system.
        canaries: the services with a second version.
    """
    routes = [entry for route in gateway.routes for entry in _entries(route, _match(route), gateway)]
    routes += [_closed(path, gateway) for path in gateway.closed]
    routes += _entries(gateway.fallback, {"prefix": "/"}, gateway)
    routes = split(routes, canaries, site.session_cookie)
    own = {
        "name": NAME,
        "domains": list(site.hosts) or ["*"],
        "matcher": _tree([_no_tunnels(gateway), *(_addressed(route, site) for route in routes)]),
        "typed_per_filter_config": {"envoy.filters.http.cors": _cors(gateway)},
    }
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=NAME,
        virtual_hosts=[own, _foreign(gateway)] if site.hosts else [own],
        ignore_port_in_host_matching=True,
        request_headers_to_add=_forwarded(site),
        # Envoy has answered "100-continue" by now; what else one may expect, nobody need heed (RFC 9110).
        request_headers_to_remove=["expect"],
        response_headers_to_add=[*security_headers(site), content_policy()],
        validate_clusters=True,
    )


def _forwarded(site: Site) -> list[Json]:
    """Exactly one address: the connection's, or the one that a proxy or the frontend vouches for. Envoy's own
    entry would name the machine for whoever calls from it."""
    headers = [header("X-Forwarded-For", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")]
    if site.scheme:
        headers.append(header("X-Forwarded-Proto", site.scheme))
    return headers


def _addressed(route: Json, site: Site) -> Json:
    """What a service makes links of is the public address, whatever a client or a proxy has called it."""
    if not site.authority or "route" not in route:
        return route
    return {**route, "route": {**route["route"], "host_rewrite_literal": site.authority}}


def _foreign(gateway: Gateway) -> Json:
    """Whoever asks for a host that this is not. Counted as any other."""
    route = _closed("/", gateway) | {"match": {"prefix": "/"}, "direct_response": {"status": 421}}
    return {"name": "foreign", "domains": ["*"], "routes": [_no_tunnels(gateway), route]}


def _tree(routes: list[Json]) -> Json:
    """The same routes, of which the first match wins, under each address those that it can match."""
    addresses = {_address(route) for route in routes} - {"/"}
    path = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"
    found = {
        address: _tried([route for route in routes if address.startswith(_address(route))])
        for address in addresses
    }
    return {
        "matcher_tree": {
            "input": extension("path", path, header_name=":path"),
            "prefix_match_map": {"map": dict(sorted(found.items()))},
        },
        "on_no_match": _tried([route for route in routes if _address(route) == "/"]),
    }


def _address(route: Json) -> str:
    """What a route's paths begin with."""
    return (
        next(
            route["match"][kind]
            for kind in ("path", "path_separated_prefix", "prefix", "connect_matcher")
            if kind in route["match"]
        )
        or "/"
    )


def _tried(routes: list[Json]) -> Json:
    return {"action": extension("routes", "envoy.config.route.v3.RouteList", routes=routes)}


def _cors(gateway: Gateway) -> Json:
    """A preflight of a site that is not among the origins goes no further than here."""
    allowed = {
        "allow_methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "allow_headers": "Authorization, Content-Type, Accept-Language, Idempotency-Key, If-None-Match",
        "expose_headers": "ETag, Location, Retry-After, X-Request-Id, Idempotency-Replayed, "
        "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset",
        "max_age": "600",
    }
    return typed(
        "envoy.extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=[{"exact": origin} for origin in gateway.origins],
        forward_not_matching_preflights=False,
        **(allowed if gateway.origins else {}),
    )


def _match(route: Route) -> Json:
    """A prefix ends at a slash: `/api/v1/users` is not `/api/v1/usersX`."""
    return {"path": route.match} if route.exact else {"path_separated_prefix": route.match}


def _entries(route: Route, match: Json, gateway: Gateway) -> list[Json]:
    if route.stream:
        return _by_token(route, _entry(route, match, _stream(route.to, gateway), safe=True))
    method = {"name": ":method", "string_match": {"safe_regex": {"regex": SAFE_METHODS}}}
    safe = _entry(route, {**match, "headers": [method]}, _safe(route.to, gateway), safe=True)
    unsafe = bounded(route, _entry(route, match, _unsafe(route.to, gateway), safe=False))
    files = export_routes(route, safe, gateway)
    reads = [_once(route.once, safe), safe] if route.once else [safe]
    if route.cache:
        kept = [entry for read in reads for entry in (cached_route(without_token(read)), bypassing(read))]
        return [*kept, bypassing(unsafe)]
    return [*files, *(entry for read in reads for entry in _by_token(route, read)), unsafe]


def _once(parameter: str, safe: Json) -> Json:
    """Of a route's reads those with a query parameter: sent again only when nobody took the connection."""
    policy = safe["route"]["retry_policy"]
    again = {name: value for name, value in policy.items() if name != "per_try_timeout"}
    return {
        **safe,
        "match": {
            **safe["match"],
            "query_parameters": [{"name": parameter, "present_match": True}],
        },
        "route": {**safe["route"], "retry_policy": {**again, "retry_on": "connect-failure"}},
    }


def _by_token(route: Route, entry: Json) -> list[Json]:
    """Where a token is optional most bring none: they have a route of their own."""
    return [without_token(entry), entry] if route.token == "optional" else [entry]


def _entry(route: Route, match: Json, action: Json, *, safe: bool) -> Json:
    return {
        "match": match,
        "route": action,
        "metadata": counted_as(route, safe=safe),
        "typed_per_filter_config": token_rule(route),
    }


def _closed(path: str, gateway: Gateway) -> Json:
    return {
        "match": {"path_separated_prefix": path},
        "direct_response": {"status": 404},
        "metadata": counted_as(gateway.fallback, safe=True),
        "typed_per_filter_config": token_rule(gateway.fallback) | AT_ONCE,
    }


def _no_tunnels(gateway: Gateway) -> Json:
    """CONNECT has no path: whatever it names, there is nothing here."""
    return {
        "match": {"connect_matcher": {}},
        "direct_response": {"status": 404},
        "metadata": counted_as(gateway.fallback, safe=False),
        "typed_per_filter_config": token_rule(gateway.fallback) | AT_ONCE,
    }


def _safe(service: str, gateway: Gateway) -> Json:
    """A read changes nothing, so it is tried again when a service fails or hangs.

    A page makes calls of its own, which are tried again: one try at it takes longer than they do, and what it
    answers stays, for asking again would only make its reader wait for all of them once more.
    """
    times, pages = gateway.timeouts, service == gateway.fallback.to
    return {
        "cluster": service,
        "timeout": seconds(times.safe),
        "retry_policy": {
            "retry_on": "reset,connect-failure" if pages else "gateway-error,reset,connect-failure",
            "num_retries": gateway.retries,
            "per_try_timeout": seconds(times.page_try if pages else times.safe_try),
            "retry_back_off": {"base_interval": "0.1s", "max_interval": "0.5s"},
        },
    }


def _unsafe(service: str, gateway: Gateway) -> Json:
    """A write is sent again only when it can't have arrived: the service took no connection."""
    return {
        "cluster": service,
        "timeout": seconds(gateway.timeouts.unsafe),
        "retry_policy": {
            "retry_on": "connect-failure,refused-stream",
            "num_retries": gateway.retries,
            "retry_back_off": {"base_interval": "0.1s", "max_interval": "0.5s"},
        },
    }


def _stream(service: str, gateway: Gateway) -> Json:
    """Server-sent events last as long as the client listens and the service speaks."""
    idle = seconds(gateway.timeouts.stream_idle)
    return {"cluster": stream_cluster(service), "timeout": "0s", "idle_timeout": idle}
