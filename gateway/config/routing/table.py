"""From gateway.yaml's routes to rules: who answers, how long it may take, whether it is tried again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from gateway.config.routing.model import (
    CACHEABLE_METHODS,
    SAFE_METHODS,
    Match,
    Reply,
    Retry,
    RouteRule,
    RouteTable,
    Upstream,
    UpstreamKind,
)
from gateway.config.source import Gateway, Route

#: What a file is asked for by: ``?format=`` or the content type in Accept.
FILE_FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def route_table(gateway: Gateway, canaries: Collection[str] = ()) -> RouteTable:
    """Every rule.

    Args:
        gateway: the source.
        canaries: the services with a second version.
    """
    rules = [rule for route in gateway.routes for rule in _rules(route, gateway)]
    rules += [refusal(gateway, path) for path in gateway.closed]
    rules += _rules(gateway.fallback, gateway)
    return RouteTable(
        (no_tunnels(gateway), *(version for rule in rules for version in _versions(rule, canaries)))
    )


def refusal(gateway: Gateway, address: str, status: int = 404) -> RouteRule:
    """What is not served, though counted as anything else."""
    fallback = gateway.fallback
    return RouteRule(Match(address), Reply(status), fallback.token, fallback.reads)


def no_tunnels(gateway: Gateway) -> RouteRule:
    """CONNECT has no path: whatever it names, there is nothing here."""
    fallback = gateway.fallback
    return RouteRule(Match("/", methods=("CONNECT",)), Reply(404), fallback.token, fallback.writes)


def _rules(route: Route, gateway: Gateway) -> Iterator[RouteRule]:
    if route.stream:
        yield from _by_token(_stream(route, gateway))
        return
    read = _read(route, gateway)
    yield from _files(route, read, gateway)
    for each in (_once(read, route.once), read) if route.once else (read,):
        yield from (_from_pages(each, route.to), each) if route.cache else _by_token(each)
    yield _write(route, gateway)


def _match(route: Route) -> Match:
    return Match(route.match, exact=route.exact)


def _read(route: Route, gateway: Gateway) -> RouteRule:
    """A read changes nothing, so it is tried again when a service fails or hangs.

    A page makes calls of its own, which are tried again: one try at it takes longer than they do, and what it
    answers stays, for asking again would only make its reader wait for all of them once more.
    """
    times, page = gateway.timeouts, route.to == gateway.fallback.to
    failed = ("reset", "connect-failure") if page else ("gateway-error", "reset", "connect-failure")
    return RouteRule(
        replace(_match(route), methods=SAFE_METHODS),
        Upstream(route.to),
        route.token,
        route.reads,
        timeout_s=times.safe,
        retry=Retry(failed, gateway.retries, try_s=times.page_try if page else times.safe_try),
        cached=route.cache,
    )


def _write(route: Route, gateway: Gateway) -> RouteRule:
    """A write is sent again only when it can't have arrived: the service took no connection."""
    return RouteRule(
        _match(route),
        Upstream(route.to, route.passwords or "service"),
        route.token,
        route.writes,
        timeout_s=gateway.timeouts.unsafe,
        retry=Retry(("connect-failure", "refused-stream"), gateway.retries),
        cached=route.cache,
    )


def _stream(route: Route, gateway: Gateway) -> RouteRule:
    """Server-sent events last as long as the client listens and the service speaks."""
    to, idle = Upstream(route.to, "stream"), gateway.timeouts.stream_idle
    return RouteRule(_match(route), to, route.token, route.reads, idle_timeout_s=idle)


def _files(route: Route, read: RouteRule, gateway: Gateway) -> Iterator[RouteRule]:
    """Files of any length, before the other reads of their address: by nginx, which takes them from the
    service at once and gives them on slowly. Asked for once: half a file and another half are none."""
    if not route.export:
        return
    kind: UpstreamKind = "handed_over" if route.export == "handed_over" else "files"
    to, idle = Upstream(route.to, kind), gateway.timeouts.export_idle
    file = replace(read, to=to, timeout_s=0, idle_timeout_s=idle, retry=None)
    if route.export != "by_format":
        yield file
        return
    for name, media_type in FILE_FORMATS.items():
        yield replace(file, match=replace(read.match, parameter="format", value=name))
        yield replace(file, match=replace(read.match, accepts=media_type))


def _once(read: RouteRule, parameter: str) -> RouteRule:
    """Those reads that have a query parameter: sent again only when nobody took the connection."""
    assert read.retry
    retry = replace(read.retry, on=("connect-failure",), try_s=None)
    return replace(read, match=replace(read.match, parameter=parameter), retry=retry)


def _by_token(rule: RouteRule) -> Iterator[RouteRule]:
    """Where a token is optional most bring none: they have a rule of their own, which checks nothing."""
    if rule.token == "optional":
        yield _anonymous(rule)
    yield rule


def _anonymous(rule: RouteRule) -> RouteRule:
    return replace(rule, match=replace(rule.match, without_token=True), token="ignored")


def _from_pages(read: RouteRule, service: str) -> RouteRule:
    """Who brings neither token nor cookie: by way of nginx, or by the service itself when that is down."""
    assert read.retry
    match = replace(_anonymous(read).match, methods=CACHEABLE_METHODS, without_cookie=True)
    to, retry = Upstream(service, "pages"), replace(read.retry, elsewhere=True)
    return replace(read, match=match, to=to, token="ignored", retry=retry)


def _versions(rule: RouteRule, canaries: Collection[str]) -> Iterator[RouteRule]:
    """A rule to a service with a canary is three: always, never, by its share.

    One that ignores tokens is shared only: to choose, one must be signed in. Files, streams and passwords are
    the stable version's. A next try goes to the other version; a read's also when the canary answered with an
    error.
    """
    to = rule.to
    if not isinstance(to, Upstream) or to.service not in canaries or to.kind not in ("service", "pages"):
        yield rule
        return
    if retry := rule.retry:
        again = ("5xx", "reset", "connect-failure") if "reset" in retry.on else retry.on
        rule = replace(rule, retry=replace(retry, on=again, elsewhere=True))
    if rule.token != "ignored":
        chosen, unchosen = (replace(rule.match, version=choice) for choice in ("always", "never"))
        yield replace(rule, match=chosen, to=replace(to, version="canary"))
        yield replace(rule, match=unchosen)
    yield replace(rule, to=replace(to, version="shared"))
