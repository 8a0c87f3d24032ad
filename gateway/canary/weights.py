"""The shares, as a runtime layer that Envoy reads from a file: changing one touches no route.

A changed route would give every rate limit that hangs on it a full bucket again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.canary import canary_cluster, share_cluster, weight_prefix
from gateway.files import write
from gateway.nginx import kept_cluster

LAYER = "canary"
#: Below the folder of the rendered files.
FILE = Path("rtds") / "weights.json"


def document(weights: Mapping[str, int]) -> dict[str, Any]:
    """The runtime layer.

    Args:
        weights: service → percent of its requests that its canary gets, 0 to 100.
    """
    layer = {}
    for service, weight in sorted(weights.items()):
        # Always 100 together: with a sum of 0 Envoy answers 404.
        for cluster in (share_cluster(service), kept_cluster(canary_cluster(service))):
            layer[f"{weight_prefix(service)}.{cluster}"] = weight
        for cluster in (service, kept_cluster(service)):
            layer[f"{weight_prefix(service)}.{cluster}"] = 100 - weight
    runtime = {
        "@type": "type.googleapis.com/envoy.service.runtime.v3.Runtime",
        "name": LAYER,
        "layer": layer,
    }
    return {"resources": [runtime]}


def set_weights(folder: Path, weights: Mapping[str, int]) -> None:
    """Let a running Envoy take these shares, within moments.

    Args:
        folder: where the gateway's files were rendered.
        weights: as in :func:`document`.
    """
    write(folder / FILE, document(weights))
