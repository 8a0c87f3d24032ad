"""The access log: one JSON object a line."""

from __future__ import annotations

from gateway.envoy import Json, extension


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
