"""Access tokens at the edge: verified against user_service's published keys, fetched through its cluster.

A good token's user and scopes go on as `x-user-id` and `x-user-scope`, which both listeners remove from
whatever a client sends. Nothing behind the gateway trusts them: limits count, and canaries stick, by them.
"""

from __future__ import annotations

from gateway.config.envoy import Json, extension, seconds, typed
from gateway.config.site import Site
from gateway.config.source import Gateway, TokenRule, Tokens

FILTER = "envoy.filters.http.jwt_authn"
USER_HEADER = "x-user-id"
SCOPE_HEADER = "x-user-scope"

_PROTO = "envoy.extensions.filters.http.jwt_authn.v3"
_BEARER, _COOKIE = "bearer", "operator_cookie"
#: The filter does not even see the request.
_NO_CHECK = typed("envoy.config.route.v3.FilterConfig", disabled=True)


def token_check(gateway: Gateway, site: Site) -> Json:
    """The filter. A route says by name which of its requirements holds."""
    bearer, cookie = {"provider_name": _BEARER}, {"provider_name": _COOKIE}
    anyone = {"requires_any": {"requirements": [bearer, {"allow_missing": {}}]}}
    signed_in = {"requires_any": {"requirements": [bearer, cookie]}}
    return extension(
        FILTER,
        f"{_PROTO}.JwtAuthentication",
        providers={
            _BEARER: _provider(gateway, from_headers=[{"name": "Authorization", "value_prefix": "Bearer "}]),
            # A person who looks at the API in a browser: an operator who signed in to the admin.
            _COOKIE: _provider(
                gateway, from_cookies=[site.operator_cookie or gateway.tokens.operator_cookie]
            ),
        },
        requirement_map={"required": signed_in, "optional": anyone},
    )


def token_rule(token: TokenRule) -> Json:
    """A route's ``typed_per_filter_config``."""
    if token == "ignored":
        return {FILTER: _NO_CHECK}
    return {FILTER: typed(f"{_PROTO}.PerRouteConfig", requirement_name=token)}


def _provider(gateway: Gateway, **where: object) -> Json:
    tokens = gateway.tokens
    return {
        "issuer": tokens.issuer,
        "audiences": [tokens.audience],
        "remote_jwks": _keys(tokens),
        "require_expiration": True,
        "clock_skew_seconds": tokens.clock_skew,
        "forward": True,
        "claim_to_headers": [
            {"header_name": USER_HEADER, "claim_name": "sub"},
            {"header_name": SCOPE_HEADER, "claim_name": "scope"},
        ],
        # The routes are matched once more, now that the user is known.
        "clear_route_cache": True,
        "jwt_cache_config": {"jwt_cache_size": tokens.remembered},
        **where,
    }


def _keys(tokens: Tokens) -> Json:
    """The last good keys stay while user_service answers garbage or nothing."""
    return {
        "http_uri": {
            "uri": f"http://{tokens.keys_from}{tokens.keys_path}",
            "cluster": tokens.keys_from,
            "timeout": "2s",
        },
        "cache_duration": seconds(tokens.keys_kept),
        "async_fetch": {"failed_refetch_duration": "2s"},
    }
