"""The servers of nginx.conf: whose pages are cached and whose files are given, and where each listens."""

from __future__ import annotations

from gateway.config.addresses import Addresses
from gateway.config.names import canary_cluster
from gateway.config.nginx import Version
from gateway.config.nginx.exports import Export
from gateway.config.routing import route_table
from gateway.config.source import Gateway


def versions(gateway: Gateway, addresses: Addresses) -> list[Version]:
    """Both versions of every service whose pages are cached.

    That of a canary is there before the canary, so that nginx learns nothing when one comes or goes. Not in
    containers: nginx does not start when one of the names that it is given leads nowhere.
    """
    table = route_table(gateway)
    return [
        Version(
            name=name,
            service=addresses.service(name),
            front=_listened(addresses.pages(table, name)),
            origin=f"unix:{addresses.run_dir / f'origin-{name}.sock'}",
            stale=name == service,
        )
        for service in table.services("pages")
        for name in ((service, canary_cluster(service)) if addresses.local else (service,))
    ]


def exports(gateway: Gateway, addresses: Addresses) -> list[Export]:
    """Of every service with files; in each case its first version's, a canary has none of its own."""
    table = route_table(gateway)
    making = table.services("files")
    return [
        Export(
            service=name,
            listen=_listened(addresses.exports(table, name)),
            maker=addresses.exporter(name) if name in making else addresses.service(name),
            handed_over="" if name in making else addresses.inner_at,
        )
        for name in table.services("files", "handed_over")
    ]


def _listened(place: str) -> str:
    """Where nginx listens so that it is found there."""
    return place if place.startswith("unix:") else f"0.0.0.0:{place.rpartition(':')[2]}"
