"""Writes nginx.conf, and lets a running nginx take it."""

from __future__ import annotations

from pathlib import Path

from gateway import nginx
from gateway.canary import canary_cluster
from gateway.envoy.endpoints import Addresses
from gateway.nginx.binary import reload_running, validate
from gateway.nginx.configuration import configuration
from gateway.nginx.exports import Export
from gateway.source import Gateway

#: What nginx finds in its folder; it makes the deeper ones itself.
_FOLDERS = ("cache", "asking", "temp")


def write(gateway: Gateway, addresses: Addresses, *, out: Path, check: bool) -> Path:
    """Write `nginx.conf` aside, let nginx judge it, rename it, and reload the nginx that runs on it.

    Args:
        gateway: the source.
        addresses: where everything listens; nginx's own folder is beside the sockets.
        out: the folder of the file.
        check: let nginx judge it first. Only of this machine: elsewhere other names lead somewhere.

    Returns:
        The file.

    Raises:
        NginxRefused: nginx does not accept it (only with `check`); the file of before is still there.
    """
    folder = addresses.run_dir / nginx.FOLDER
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    text = configuration(
        gateway,
        versions(gateway, addresses),
        exports(gateway, addresses),
        folder=folder,
        local=addresses.local,
    )
    path = out / "nginx.conf"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return path
    out.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(".nginx.conf.new")
    aside.write_text(text, encoding="utf-8")
    if check and addresses.local:
        validate(aside, folder)
    aside.replace(path)
    reload_running(folder)
    return path


def versions(gateway: Gateway, addresses: Addresses) -> list[nginx.Version]:
    """Both versions of every service whose pages are kept.

    That of a canary is there before the canary, so that nginx learns nothing when one comes or goes. Not in
    containers: nginx does not start when one of the names that it is given leads nowhere.
    """
    return [
        nginx.Version(
            name=name,
            service=addresses.service(name),
            front=_listened(addresses.pages(gateway, name)),
            origin=f"unix:{addresses.run_dir / f'origin-{name}.sock'}",
            stale=name == service,
        )
        for service in gateway.cached
        for name in ((service, canary_cluster(service)) if addresses.local else (service,))
    ]


def exports(gateway: Gateway, addresses: Addresses) -> list[Export]:
    """Of every service with files; in each case its first version's, a canary has none of its own."""
    return [
        Export(
            service=name,
            listen=_listened(addresses.exports(gateway, name)),
            maker=addresses.exporter(name) if name in gateway.exporters else addresses.service(name),
            handed_over="" if name in gateway.exporters else addresses.inner_at,
        )
        for name in gateway.exporting
    ]


def _listened(place: str) -> str:
    """Where nginx listens so that it is found there."""
    return place if place.startswith("unix:") else f"0.0.0.0:{place.rpartition(':')[2]}"
