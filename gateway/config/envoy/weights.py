"""The shares, as a runtime layer that Envoy reads from a file: changing one touches no route.

A changed route would give every rate limit that hangs on it a full bucket again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.config.envoy import Json
from gateway.config.names import cached_cluster, canary_cluster, share_cluster, weight_prefix

LAYER = "canary"
#: Below the folder of the rendered files.
FILE = Path("rtds") / "weights.json"


def document(weights: Mapping[str, int]) -> Json:
    """The runtime layer.

    Args:
        weights: service → percent of its requests that its canary gets, 0 to 100.
    """
    layer = {}
    for service, weight in sorted(weights.items()):
        # Always 100 together: with a sum of 0 Envoy answers 404.
        for cluster in (share_cluster(service), cached_cluster(canary_cluster(service))):
            layer[f"{weight_prefix(service)}.{cluster}"] = weight
        for cluster in (service, cached_cluster(service)):
            layer[f"{weight_prefix(service)}.{cluster}"] = 100 - weight
    runtime = {
        "@type": "type.googleapis.com/envoy.service.runtime.v3.Runtime",
        "name": LAYER,
        "layer": layer,
    }
    return {"resources": [runtime]}
