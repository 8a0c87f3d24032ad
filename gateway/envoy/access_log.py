"""What is noted of a request: a JSON object, one line of the access log, and a count of refused tokens."""

from __future__ import annotations

from gateway.envoy import Json, because, extension


def access_log(listener: str, path: str) -> Json:
    """Who asked what, and what came of it. The path without its query, which may hold a search."""
    line = {
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "listener": listener,
        "request_id": "%RESP(X-REQUEST-ID)%",
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
    return extension("envoy.access_loggers.file", proto, path=path, log_format={"json_format": line})


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
        "filter": {"and_filter": {"filters": [_status_is_401(), *because("jwt_authn_access_denied")]}},
    }


def _status_is_401() -> Json:
    value = {"default_value": 401, "runtime_key": "gateway.tokens_refused"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}
