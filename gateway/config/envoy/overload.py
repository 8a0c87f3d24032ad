"""What Envoy does when too many connections are open, or too much memory holds what clients send and read.

A connection or half a request costs no service anything, but each costs something here: there are so many
at once. What is held for slow senders and readers has one limit for all; beyond it new requests get a 503,
rather than that the machine has no memory left for PostgreSQL.
"""

from __future__ import annotations

from gateway.config.envoy import Json, extension
from gateway.config.source import Limits

_CONNECTIONS = "envoy.resource_monitors.global_downstream_max_connections"
_HEAP = "envoy.resource_monitors.fixed_heap"


def overload_manager(limits: Limits) -> Json:
    """The `overload_manager` of the bootstrap."""
    downstream = "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig"
    heap = "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig"
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            extension(_CONNECTIONS, downstream, max_active_downstream_connections=limits.connections),
            extension(_HEAP, heap, max_heap_size_bytes=int(limits.memory_mib * 1024 * 1024)),
        ],
        "actions": [
            _action("shrink_heap", _above(_HEAP, 0.8)),
            _action("stop_accepting_requests", _above(_HEAP, 0.98)),
        ],
    }


def _action(name: str, trigger: Json) -> Json:
    return {"name": f"envoy.overload_actions.{name}", "triggers": [trigger]}


def _above(resource: str, share: float) -> Json:
    return {"name": resource, "threshold": {"value": share}}
