"""gateway.yaml, read into typed and checked values. Knows nothing of Envoy or nginx."""

from gateway.config.source.model import (
    FLOOD,
    Cache,
    Gateway,
    Limits,
    Rate,
    RateLimit,
    Route,
    Service,
    SourceError,
    Target,
    Timeouts,
    TokenRule,
    Tokens,
)
from gateway.config.source.read import SOURCE_FILE, load
