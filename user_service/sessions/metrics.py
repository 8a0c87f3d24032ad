"""Prometheus metrics of sign-ins; every series exists from the start."""

from __future__ import annotations

from prometheus_client import Counter

from user_service.sessions.models import Outcome, SignInMethod

_sign_ins = Counter("birzha_sign_ins", "Sign-ins and failures, by method and outcome", ["method", "outcome"])
_new = Counter("birzha_new_places", "Sign-ins by a device, or from an address, new to the user", ["new"])

for _method in SignInMethod:
    for _outcome in Outcome:
        _sign_ins.labels(_method.value, _outcome.value)
for _what in ("device", "address"):
    _new.labels(_what)


def signed_in(method: SignInMethod, outcome: Outcome, new_device: bool, new_address: bool) -> None:
    """Count an attempt to sign in."""
    _sign_ins.labels(method.value, outcome.value).inc()
    for what, is_new in (("device", new_device), ("address", new_address)):
        if is_new:
            _new.labels(what).inc()
