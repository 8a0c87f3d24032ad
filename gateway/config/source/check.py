"""What must hold between the parts of gateway.yaml: names lead somewhere, and everybody is counted."""

from __future__ import annotations

from gateway.config.source.model import FLOOD, Gateway, Route, SourceError


def check(gateway: Gateway) -> None:
    """Refuse a file whose parts do not fit.

    Raises:
        SourceError: what does not fit, in one sentence.
    """
    routes = (*gateway.routes, gateway.fallback)
    services = {service.name for service in gateway.services}
    for target in [*(route.to for route in routes), gateway.tokens.keys_from]:
        if target not in services:
            raise SourceError(f"a route leads to {target!r}, which is not among the services")
    for route in gateway.routes:
        _check_address(route.match, exact=route.exact)
        if route.cache and (route.stream or route.token == "required"):
            raise SourceError(f"route {route.match}: only public pages that are not streams can be cached")
        if route.once and (route.stream or route.export):
            raise SourceError(f"route {route.match}: a stream or a file takes no once")
        if route.export and (route.stream or route.cache):
            raise SourceError(f"route {route.match}: a file cannot be a stream or cached")
        if route.passwords and (route.stream or route.cache or route.export):
            raise SourceError(
                f"route {route.match}: a route that takes passwords cannot be a stream or a file"
            )
    for address in gateway.closed:
        _check_address(address)
    times = gateway.timeouts
    if not times.safe_try < times.page_try < times.safe:
        raise SourceError("timeouts must nest: safe_try below page_try below safe")
    if not _has(gateway, FLOOD) or gateway.rate_limit(FLOOD).address is None:
        raise SourceError(f"rate_limits needs {FLOOD}, with an address")
    for route in routes:
        for name in (route.reads, route.writes):
            _check_counted(gateway, route, name)
    for place in gateway.targets:
        if "{instance}" not in place.services:
            raise SourceError(f"targets.{place.name}.services must have {{instance}} in it")
        if "{instance}" not in place.exporters:
            raise SourceError(f"targets.{place.name}.exporters must have {{instance}} in it")
        if "{instance}" not in place.hashers:
            raise SourceError(f"targets.{place.name}.hashers must have {{instance}} in it")
        if "{instance}" not in place.streamers:
            raise SourceError(f"targets.{place.name}.streamers must have {{instance}} in it")
        if "{instance}" not in place.exports and "{port}" not in place.exports:
            raise SourceError(f"targets.{place.name}.exports must have {{instance}} or {{port}} in it")
        if "{instance}" not in place.pages and "{port}" not in place.pages:
            raise SourceError(f"targets.{place.name}.pages must have {{instance}} or {{port}} in it")


def _check_address(address: str, *, exact: bool = False) -> None:
    if not address.startswith("/") or (address.endswith("/") and not exact):
        raise SourceError(f"{address!r} must start with a slash and not end with one")


def _has(gateway: Gateway, limit: str) -> bool:
    return any(known.name == limit for known in gateway.rate_limits)


def _check_counted(gateway: Gateway, route: Route, name: str) -> None:
    """Everybody who may use this route falls under its limit."""
    if not _has(gateway, name):
        raise SourceError(f"route {route.match} counts as {name!r}, which is not among the rate_limits")
    limit = gateway.rate_limit(name)
    if limit.session and limit.address is None:
        raise SourceError(f"rate_limits.{name} has session but no address: a session can be forged")
    if route.token != "required" and limit.address is None:
        raise SourceError(f"rate_limits.{name} needs address: {route.match} is open to everybody")
    if route.token != "ignored" and limit.user is None:
        raise SourceError(f"rate_limits.{name} needs user: {route.match} is open to signed-in users")
