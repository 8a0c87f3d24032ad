"""The rules as Envoy's routes.

They stand in a tree: Envoy takes the longest address that a path begins with and tries only what
stands there, not every route before it (it does so twice for signed-in users).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from gateway.config.envoy import Json, extension, header, seconds, typed
from gateway.config.envoy.compression import files_compressed
from gateway.config.envoy.rate_limits import counted_as
from gateway.config.envoy.security_headers import content_policy, security_headers
from gateway.config.envoy.tokens import SCOPE_HEADER, USER_HEADER, token_rule
from gateway.config.names import NAME, upstream_cluster, weight_prefix
from gateway.config.routing import Match, Reply, Retry, RouteRule, Upstream, no_tunnels, refusal, route_table
from gateway.config.site import Site
from gateway.config.source import Gateway

#: By it an operator chooses the version; from others it means nothing.
OVERRIDE = "x-canary"

#: Where the gateway itself answers: it need not wait for the rest of a request.
_AT_ONCE = {"envoy.filters.http.buffer": typed("envoy.config.route.v3.FilterConfig", disabled=True)}
_PREVIOUS = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"


def route_configuration(gateway: Gateway, site: Site, canaries: Collection[str] = ()) -> Json:
    """The RouteConfiguration that all listeners use. The first match wins.

    Args:
        gateway: the source.
        site: how the outside reaches the system.
        canaries: the services with a second version.
    """
    rules = route_table(gateway, canaries).rules
    own = {
        "name": NAME,
        "domains": list(site.hosts) or ["*"],
        "matcher": _tree([(rule.match.address, _route(rule, site)) for rule in rules]),
        "typed_per_filter_config": {"envoy.filters.http.cors": _cors(gateway)},
    }
    # Requests for a foreign host. Counted as any other.
    foreign = [_route(rule, site) for rule in (no_tunnels(gateway), refusal(gateway, "/", 421))]
    other = [{"name": "foreign", "domains": ["*"], "routes": foreign}] if site.hosts else []
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=NAME,
        virtual_hosts=[own, *other],
        ignore_port_in_host_matching=True,
        request_headers_to_add=_forwarded(site),
        # Envoy has answered "100-continue" by now; other expectations may be ignored (RFC 9110).
        request_headers_to_remove=["expect"],
        response_headers_to_add=[*security_headers(site), content_policy()],
        validate_clusters=True,
    )


def _forwarded(site: Site) -> list[Json]:
    """Exactly one address: the connection's, or the one that a proxy or the frontend vouches for. Envoy's own
    entry would name the machine for callers on it."""
    headers = [header("X-Forwarded-For", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")]
    if site.scheme:
        headers.append(header("X-Forwarded-Proto", site.scheme))
    return headers


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


def _tree(routes: list[tuple[str, Json]]) -> Json:
    """The same routes, of which the first match wins, under each address those that it can match.

    Args:
        routes: what each one's paths begin with, and the route.
    """
    path = "envoy.type.matcher.v3.HttpRequestHeaderMatchInput"
    found = {
        address: _tried([route for start, route in routes if address.startswith(start)])
        for address in sorted({start for start, _ in routes} - {"/"})
    }
    return {
        "matcher_tree": {
            "input": extension("path", path, header_name=":path"),
            "prefix_match_map": {"map": found},
        },
        "on_no_match": _tried([route for start, route in routes if start == "/"]),
    }


def _tried(routes: list[Json]) -> Json:
    return {"action": extension("routes", "envoy.config.route.v3.RouteList", routes=routes)}


def _route(rule: RouteRule, site: Site) -> Json:
    route: Json = {
        "match": _match(rule.match),
        "metadata": counted_as(rule.limit),
        "typed_per_filter_config": token_rule(rule.token),
    }
    if isinstance(rule.to, Reply):
        route["direct_response"] = {"status": rule.to.status}
        route["typed_per_filter_config"] |= _AT_ONCE
    else:
        route["route"] = _action(rule, rule.to, site)
    if rule.limit == "files":
        route["typed_per_filter_config"] |= files_compressed()
    if rule.cached:
        if_absent = {"append_action": "ADD_IF_ABSENT"}
        route["response_headers_to_add"] = [header("X-Cache", "BYPASS") | if_absent]
    return route


def _match(match: Match) -> Json:
    """A prefix ends at a slash: `/api/v1/users` is not `/api/v1/usersX`."""
    if match.methods == ("CONNECT",):
        return {"connect_matcher": {}}
    kind = "path" if match.exact else "prefix" if match.address == "/" else "path_separated_prefix"
    headers: list[Json] = []
    if match.without_token:
        headers.append(_absent("authorization"))
    if match.methods:
        headers.append(_header_is(":method", safe_regex={"regex": "|".join(match.methods)}))
    if match.without_cookie:
        headers.append(_absent("cookie"))
    if match.accepts:
        headers.append(_header_is("accept", contains=match.accepts, ignore_case=True))
    if match.version:
        headers.append(_header_is(OVERRIDE, exact=match.version))
        headers.append(_header_is(SCOPE_HEADER, safe_regex={"regex": r"(.* )?operator( .*)?"}))
    found: dict[str, Any] = {kind: match.address}
    if headers:
        found["headers"] = headers
    if match.parameter:
        value = {"string_match": {"exact": match.value}} if match.value else {"present_match": True}
        found["query_parameters"] = [{"name": match.parameter, **value}]
    return found


def _absent(name: str) -> Json:
    return {"name": name, "present_match": True, "invert_match": True}


def _header_is(name: str, **match: Any) -> Json:
    return {"name": name, "string_match": match}


def _action(rule: RouteRule, to: Upstream, site: Site) -> Json:
    action: Json = _shared(to, site) if to.version == "shared" else {"cluster": upstream_cluster(to)}
    action["timeout"] = seconds(rule.timeout_s)
    if rule.idle_timeout_s is not None:
        action["idle_timeout"] = seconds(rule.idle_timeout_s)
    if rule.retry:
        action["retry_policy"] = _retry(rule.retry)
    if site.authority:
        # What a service makes links of is the public address, whatever a client or a proxy has called it.
        action["host_rewrite_literal"] = site.authority
    return action


def _shared(to: Upstream, site: Site) -> Json:
    """Sticky: a user, else a cookie, else an address always falls on the same side while the share stays, and
    whoever is in 10 % is also in 30 %."""
    canary, stable = (upstream_cluster(replace(to, version=version)) for version in ("canary", "stable"))
    return {
        "weighted_clusters": {
            # The canary first: its share then begins at hash 0 and grows, so nobody leaves it when it grows.
            "clusters": [{"name": canary, "weight": 0}, {"name": stable, "weight": 100}],
            "runtime_key_prefix": weight_prefix(to.service),
            "use_hash_policy": True,
        },
        "hash_policy": [
            {"header": {"header_name": USER_HEADER}, "terminal": True},
            {"cookie": {"name": site.session_cookie}, "terminal": True},
            {"connection_properties": {"source_ip": True}},
        ],
    }


def _retry(retry: Retry) -> Json:
    policy: Json = {
        "retry_on": ",".join(retry.on),
        "num_retries": retry.times,
        "retry_back_off": {"base_interval": "0.1s", "max_interval": "0.5s"},
    }
    if retry.try_s is not None:
        policy["per_try_timeout"] = seconds(retry.try_s)
    if retry.elsewhere:
        policy["retry_priority"] = extension(
            "envoy.retry_priorities.previous_priorities", _PREVIOUS, update_frequency=1
        )
    return policy
