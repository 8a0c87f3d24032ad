"""Tokens that were refused: counted for Prometheus and named in the log, never shown."""

from __future__ import annotations

import logging
from typing import Any

from prometheus_client import Counter

from servicekit.telemetry import log_event

log = logging.getLogger("servicekit.auth")

#: What kind of token it was. The gateway refuses most access tokens before they come here, and counts them.
KINDS = ("access", "refresh")
REASONS = (
    "malformed", "unknown_key", "bad_signature", "expired", "wrong_claims", "session_ended", "reused",
)  # fmt: skip

_refused = Counter("birzha_tokens_refused", "Tokens that were refused, by why", ["kind", "reason"])
for _kind in KINDS:
    for _reason in REASONS:
        _refused.labels(_kind, _reason)


def refused(kind: str, reason: str, **fields: Any) -> None:
    """A token was refused.

    Args:
        kind: one of :data:`KINDS`.
        reason: one of :data:`REASONS`; anything else counts as ``malformed``.
        fields: what the log line is searched by, such as the user; not the token.
    """
    reason = reason if reason in REASONS else "malformed"
    _refused.labels(kind, reason).inc()
    level = logging.WARNING if reason in ("bad_signature", "reused") else logging.INFO
    log_event(
        log,
        "token.refused",
        f"{kind} token refused: {reason}",
        level=level,
        kind=kind,
        reason=reason,
        **fields,
    )
