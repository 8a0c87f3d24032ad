"""Addresses, as Envoy writes them."""

from __future__ import annotations

from gateway.config.envoy import Json


def address(place: str, *, mode: int | None = None) -> Json:
    """Envoy's ``Address``.

    Args:
        place: ``unix:<path>`` or ``<host>:<port>``.
        mode: of a socket that Envoy makes.
    """
    if place.startswith("unix:"):
        pipe: Json = {"path": place.removeprefix("unix:")}
        return {"pipe": pipe | ({"mode": mode} if mode else {})}
    host, _, port = place.rpartition(":")
    return {"socket_address": {"address": host.strip("[]"), "port_value": int(port)}}


def endpoints(cluster: str, *addresses: str) -> Json:
    """A cluster's ``load_assignment``: the addresses, all alike."""
    hosts = [{"endpoint": {"address": address(place)}} for place in addresses]
    return {"cluster_name": cluster, "endpoints": [{"lb_endpoints": hosts}]}


def discovery(*addresses: str) -> str:
    """A cluster's ``type``: names are looked up again and again, sockets and addresses stand."""
    named = [place for place in addresses if not place.startswith("unix:") and place[0].isalpha()]
    return "STRICT_DNS" if named else "STATIC"
