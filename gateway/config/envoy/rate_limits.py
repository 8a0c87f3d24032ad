"""Rate limits: buckets in Envoy's memory, one for each user or address and limit.

All of them stand at the filter and none at a route: a route names its limit in its metadata, so that a
change of routes leaves every bucket as it is. Several gateways divide each bucket among themselves.
"""

from __future__ import annotations

from gateway.config.envoy import Json, extension, header
from gateway.config.envoy.tokens import USER_HEADER
from gateway.config.run import Run
from gateway.config.source import FLOOD, Rate, RateLimit

_PROTO = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"

#: Where a route's metadata says what it counts as.
METADATA = "birzha"
LIMIT = "limit"

#: The key that Envoy gives to an address or its network.
_ADDRESS = "masked_remote_address"
_USER = "user"
_SESSION = "session"
#: What falls under no limit: nothing does, but the filter wants a bucket for it.
_ENDLESS = {"max_tokens": 4_000_000_000, "tokens_per_fill": 4_000_000_000, "fill_interval": "1s"}


def flood_guard(run: Run) -> list[Json]:
    """Before the token: every request of an address, whoever it is from. Empty when limits are off."""
    if run.rates is None:
        return []
    rate = run.gateway.rate_limit(FLOOD).address
    assert rate is not None  # gateway.config.source.check
    rate = rate.times(run.rates)
    return [
        _filter(
            run,
            "flood",
            rate_limits=[{"actions": [_by_address()]}],
            descriptors=[{"entries": [{"key": _ADDRESS}], "token_bucket": _bucket(rate)}],
            # Its own headers would come on top of the rate limit's on every answer that passes.
            response_headers_to_add=[
                header("X-RateLimit-Limit", str(rate.requests)),
                header("X-RateLimit-Remaining", "0"),
                header("X-RateLimit-Reset", "1"),
                header("Retry-After", "1"),
            ],
        )
    ]


def rate_limit(run: Run) -> list[Json]:
    """After the token: by user, else by address, under the limit that the route names. Empty when off.

    A request of the pages counts for its session and for its address. Envoy asks the smaller bucket first, so
    that what one person is refused takes nothing from the others behind the address.
    """
    if run.rates is None:
        return []
    return [
        _read_session(run),
        _filter(
            run,
            "rate_limit",
            rate_limits=[
                {"actions": [_by_limit(), _by_user()]},
                {"actions": [_by_limit(), _by_session()]},
                {"actions": [_by_limit(), _nobody_is_signed_in(), _by_address()]},
            ],
            descriptors=[
                descriptor
                for limit in run.gateway.rate_limits
                if limit.name != FLOOD
                for descriptor in _descriptors(limit, run.rates)
            ],
            enable_x_ratelimit_headers="DRAFT_VERSION_03",
            enable_retry_after_header=True,
        ),
    ]


def counted_as(limit: str) -> Json:
    """A route's metadata: the limit that its requests fall under."""
    return {"filter_metadata": {METADATA: {LIMIT: limit}}}


def _descriptors(limit: RateLimit, factor: float) -> list[Json]:
    """An entry without a value stands for every value: each gets a bucket of its own."""
    name = {"key": LIMIT, "value": limit.name}
    anonymous = [{"key": "header_match", "value": "anonymous"}, {"key": _ADDRESS}]
    counted: list[tuple[Rate | None, list[Json]]] = [
        (limit.user, [name, {"key": _USER}]),
        (limit.session, [name, {"key": _SESSION}]),
        (limit.address, [name, *anonymous]),
    ]
    return [
        {"entries": entries, "token_bucket": _bucket(rate.times(factor))} for rate, entries in counted if rate
    ]


def _filter(run: Run, name: str, **values: object) -> Json:
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return extension(
        "envoy.filters.http.local_ratelimit",
        _PROTO,
        stat_prefix=name,
        token_bucket=_ENDLESS,
        filter_enabled=always,
        filter_enforced=always,
        always_consume_default_token_bucket=False,
        # The default of 20 forgets a bucket as soon as 20 others are asked for, and gives it back full.
        max_dynamic_descriptors=run.gateway.counted_keys,
        local_cluster_rate_limit={},
        **values,
    ) | {"name": f"envoy.filters.http.local_ratelimit.{name}"}


def _bucket(rate: Rate) -> Json:
    return {
        "max_tokens": rate.requests,
        "tokens_per_fill": rate.requests,
        "fill_interval": f"{rate.seconds}s",
    }


def _by_limit() -> Json:
    """What the route counts as."""
    path = {"key": METADATA, "path": [{"key": LIMIT}]}
    return {"metadata": {"descriptor_key": LIMIT, "metadata_key": path, "source": "ROUTE_ENTRY"}}


def _by_user() -> Json:
    """Without the header, which only a verified token sets, there is no such descriptor."""
    return {"request_headers": {"header_name": USER_HEADER, "descriptor_key": _USER}}


def _read_session(run: Run) -> Json:
    """Notes the pages' session, if the request has one, where the limits look. Only the pages know whether it
    is one: an invented one is as good, which is why its address counts as well."""
    noted = {"metadata_namespace": METADATA, "key": _SESSION, "type": "STRING"}
    return extension(
        "envoy.filters.http.header_to_metadata",
        "envoy.extensions.filters.http.header_to_metadata.v3.Config",
        request_rules=[{"cookie": run.site.session_cookie, "on_header_present": noted}],
    )


def _by_session() -> Json:
    """Without the cookie there is no such descriptor."""
    path = {"key": METADATA, "path": [{"key": _SESSION}]}
    return {"metadata": {"descriptor_key": _SESSION, "metadata_key": path, "source": "DYNAMIC"}}


def _nobody_is_signed_in() -> Json:
    absent = {"name": USER_HEADER, "present_match": True}
    return {
        "header_value_match": {"descriptor_value": "anonymous", "expect_match": False, "headers": [absent]}
    }


def _by_address() -> Json:
    """An IPv6 customer owns a network of /64, not one address."""
    return {"masked_remote_address": {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": 64}}
