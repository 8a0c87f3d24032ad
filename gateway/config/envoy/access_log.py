"""What is noted of a request: a JSON object, one line of the access log, and a count of refused tokens."""

from __future__ import annotations

from gateway.config.envoy import Json, because, extension


def access_log(listener: str, path: str) -> Json:
    """Who asked what, and what came of it. The path without its query, which may hold a search.

    Of the requests that the gateway's own limits refuse, few are written: a flood of them would push out in
    minutes what happened before it. Envoy counts them all (``http_local_rate_limit``).
    """
    line = {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "listener": listener,
        "request_id": "%RESP(X-REQUEST-ID)%",
        "traceparent": "%REQ(TRACEPARENT):55%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "user": "%REQ(X-USER-ID)%",
        "operator": "%RESP(X-OPERATOR)%",  # whose cookie only the services can read
        "method": "%REQ(:METHOD)%",
        "path": "%PATH(NQ)%",
        "status": "%RESPONSE_CODE%",
        "service": "%UPSTREAM_CLUSTER%",
        "cache": "%RESP(X-CACHE)%",
        "duration_ms": "%DURATION%",
        "service_ms": "%RESPONSE_DURATION%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
        "flags": "%RESPONSE_FLAGS%",
        "reason": "%RESPONSE_CODE_DETAILS%",
        "user_agent": "%REQ(USER-AGENT):200%",
    }
    proto = "envoy.extensions.access_loggers.file.v3.FileAccessLog"
    log = extension("envoy.access_loggers.file", proto, path=path, log_format={"json_format": line})
    return {**log, "filter": {"or_filter": {"filters": [*_not_refused_by_limits(), _few()]}}}


def _not_refused_by_limits() -> list[Json]:
    """Any other status, or a service's own 429."""
    own = because("via_upstream")
    return [_status("LE", 428), _status("GE", 430), *own]


def _few() -> Json:
    """One of a thousand, by chance."""
    sampled = {"numerator": 10, "denominator": "TEN_THOUSAND"}
    return {
        "runtime_filter": {
            "runtime_key": "gateway.log_refused",
            "percent_sampled": sampled,
            "use_independent_randomness": True,
        }
    }


def refused_tokens() -> Json:
    """Counts the tokens that the gateway refuses, by why: ``envoy_birzha_tokens_refused{reason=…}``.

    Envoy's own ``jwt_authn.denied`` is one number. The reason is one of Envoy's sentences, which clients
    cannot choose: some thirty series at the most.
    """
    proto = "envoy.extensions.access_loggers.stats.v3.Config"
    reason = {"name": "reason", "value_format": "%RESPONSE_CODE_DETAILS%"}
    return {
        **extension(
            "envoy.access_loggers.stats",
            proto,
            stats_scope={"prefix": "birzha"},
            counters=[{"stat": {"name": "tokens_refused", "tags": [reason]}, "value_fixed": 1}],
        ),
        "filter": {"and_filter": {"filters": [_status("EQ", 401), *because("jwt_authn_access_denied")]}},
    }


def _status(compared: str, status: int) -> Json:
    value = {"default_value": status, "runtime_key": f"gateway.log_{compared.lower()}_{status}"}
    return {"status_code_filter": {"comparison": {"op": compared, "value": value}}}
