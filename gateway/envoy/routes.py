"""Which address goes to which service, how long it may take and whether it is tried again."""

from __future__ import annotations

from collections.abc import Collection

from gateway.envoy import Json, seconds, typed
from gateway.envoy.canary import split
from gateway.source import Gateway, Route

NAME = "birzha"
SAFE_METHODS = "GET|HEAD|OPTIONS"


def route_configuration(gateway: Gateway, canaries: Collection[str] = ()) -> Json:
    """The RouteConfiguration that both listeners use. The first match wins.

    Args:
        gateway: the source.
        canaries: the services with a second version.
    """
    routes = [entry for route in gateway.routes for entry in _entries(route, gateway)]
    routes += [{"match": _address(path), "direct_response": {"status": 404}} for path in gateway.closed]
    anything = {"prefix": "/"}
    routes += [_safe(anything, gateway.fallback, gateway), _unsafe(anything, gateway.fallback, gateway)]
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=NAME,
        virtual_hosts=[{"name": NAME, "domains": ["*"], "routes": split(routes, canaries)}],
        # Exactly one address: the connection's, or the one that the frontend vouches for. Envoy's own
        # entry would name the machine for whoever calls from it.
        request_headers_to_add=[_set("X-Forwarded-For", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")],
        validate_clusters=True,
    )


def _entries(route: Route, gateway: Gateway) -> list[Json]:
    match = {"path": route.match} if route.exact else _address(route.match)
    if route.stream:
        return [_stream(match, route.to, gateway)]
    return [_safe(match, route.to, gateway), _unsafe(match, route.to, gateway)]


def _set(name: str, value: str) -> Json:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _address(prefix: str) -> Json:
    """A prefix that ends at a slash: `/api/v1/users` is not `/api/v1/usersX`."""
    return {"path_separated_prefix": prefix}


def _safe(match: Json, service: str, gateway: Gateway) -> Json:
    """A read changes nothing, so it is tried again when a service fails or hangs."""
    method = {"name": ":method", "string_match": {"safe_regex": {"regex": SAFE_METHODS}}}
    return {
        "match": {**match, "headers": [method]},
        "route": {
            "cluster": service,
            "timeout": seconds(gateway.timeouts.safe),
            "retry_policy": {
                "retry_on": "gateway-error,reset,connect-failure",
                "num_retries": gateway.retries,
                "per_try_timeout": seconds(gateway.timeouts.safe_try),
                "retry_back_off": {"base_interval": "0.1s", "max_interval": "0.5s"},
            },
        },
    }


def _unsafe(match: Json, service: str, gateway: Gateway) -> Json:
    """A write is sent again only when it can't have arrived: the service took no connection."""
    return {
        "match": match,
        "route": {
            "cluster": service,
            "timeout": seconds(gateway.timeouts.unsafe),
            "retry_policy": {
                "retry_on": "connect-failure,refused-stream",
                "num_retries": gateway.retries,
                "retry_back_off": {"base_interval": "0.1s", "max_interval": "0.5s"},
            },
        },
    }


def _stream(match: Json, service: str, gateway: Gateway) -> Json:
    """Server-sent events last as long as the client listens and the service speaks."""
    return {
        "match": match,
        "route": {"cluster": service, "timeout": "0s", "idle_timeout": seconds(gateway.timeouts.stream_idle)},
    }
