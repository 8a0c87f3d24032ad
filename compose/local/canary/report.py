"""``make canary-status``: which versions run, how the canaries do, and what became of those before."""

from __future__ import annotations

import http.client

from compose.local.canary.supervised import canaries_of
from compose.local.console import say
from compose.local.paths import Home
from compose.system import WEB_SERVERS
from gateway.canary import state
from gateway.canary.stats import Sample, Tally, take_sample
from gateway.canary.verdict import median, percent

#: So many lines of the history are shown.
SHOWN = 20


def status(home: Home) -> None:
    """Print it."""
    versions = state.read(home.versions)
    say(f"{'service':<14} {'stable version':<44} {'canary':<44} {'share':>6}")
    for service in WEB_SERVERS:
        canary = versions.canaries.get(service.name)
        second = f"{canary.version.label} ({canary.phase})" if canary else "-"
        share = f"{canary.weight} %" if canary else ""
        say(f"{service.name:<14} {versions.stable_of(service.name).label:<44} {second:<44} {share:>6}")
    for name in versions.canaries:
        _counts(home, name)
    if versions.history:
        say("\nHistory (UTC):")
    for line in versions.history[-SHOWN:]:
        say(f"  {line.time[:19]}  {line.service:<13} {line.what}{': ' if line.why else ''}{line.why}")


def _counts(home: Home, name: str) -> None:
    try:
        sample: Sample = take_sample(canaries_of(home).traffic.admin, name)
    except (OSError, http.client.HTTPException, LookupError):
        say(f"\n{name}: the gateway has no statistics of the canary.")
        return
    say(f"\n{name}, since the canary was added to the gateway (stable version: since the gateway started):")
    for label, tally in (("canary", sample.canary), ("stable", sample.stable)):
        say(f"  {label:<7} {_line(tally)}")
    say(f"  ejected by Envoy {sample.ejections} times; {sample.waiting} requests in progress")


def _line(tally: Tally) -> str:
    return (
        f"{tally.answers} tries, {tally.errors} failed ({percent(tally):.1f} %), "
        f"half of the answers within {1000 * median(tally):.0f} ms"
    )
