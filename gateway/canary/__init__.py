"""Canaries: a second version of a service beside the first, with a share of its requests.

``weights`` moves the share, ``state`` remembers it and what happened, ``stats`` reads how both versions
do, ``verdict`` says whether the second one fails, ``controller`` watches and rolls back.
"""

from __future__ import annotations


def canary_cluster(service: str) -> str:
    """The second version alone: ``trading-canary``. Its socket is ``trading-canary.sock``."""
    return f"{service}-canary"


def share_cluster(service: str) -> str:
    """Where the canary's share goes: the second version, and the first when that one cannot."""
    return f"{service}-canary-share"


def weight_prefix(service: str) -> str:
    """The runtime keys of a service's weights begin so; the cluster's name follows."""
    return f"canary.{service}"
