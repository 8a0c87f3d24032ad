"""Envoy's configuration, one file per part of it. Every function is pure: values in, JSON out."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def typed(proto: str, **values: Any) -> Json:
    """A `typed_config`: the message `proto` with its fields."""
    return {"@type": f"type.googleapis.com/{proto}", **values}


def extension(name: str, proto: str, **values: Any) -> Json:
    """A named extension, such as a filter."""
    return {"name": name, "typed_config": typed(proto, **values)}


def seconds(value: float) -> str:
    """A protobuf duration: 1.5 → `1.5s`."""
    return f"{value:g}s"


def plain(message: Json) -> Json:
    """A message where its type is known anyway."""
    return {key: value for key, value in message.items() if key != "@type"}


def header(name: str, value: str) -> Json:
    """A HeaderValueOption: replaces what is there."""
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def because(cause: str) -> list[Json]:
    """The condition that Envoy gives this as the reason, such as ``overflow``, or ``overflow at -passwords``
    where the cluster's name ends so. None when any will do.
    """
    if not cause:
        return []
    reason, _, cluster = cause.partition(" at ")
    expression = f"response.code_details.contains('{reason}')"
    if cluster:
        expression += f" && xds.cluster_name.endsWith('{cluster}')"
    proto = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    return [
        {
            "extension_filter": extension(
                "envoy.access_loggers.extension_filters.cel", proto, expression=expression
            )
        }
    ]
