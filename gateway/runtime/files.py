"""The files that Envoy watches: written aside and renamed, so that it takes each whole, within moments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gateway.config.addresses import Addresses
from gateway.config.envoy.clusters import clusters
from gateway.config.envoy.routes import route_configuration
from gateway.config.envoy.weights import FILE as WEIGHTS
from gateway.config.envoy.weights import document
from gateway.config.site import Site
from gateway.config.source import Gateway

#: Below the folder of the rendered files.
LISTENERS = Path("lds") / "listeners.json"
CLUSTERS = Path("cds") / "clusters.json"
ROUTES = Path("rds") / "routes.json"
#: How the outside reaches the system: a canary that comes later writes the routes anew.
SITE = Path("site.json")


def write(path: Path, document: dict[str, Any], *, mode: int = 0o644) -> None:
    """Aside, then renamed: Envoy reloads a watched file only on a rename, and never sees half of it.

    Resources get a version, their hash, which Envoy's statistics name once it applies them.
    """
    if "resources" in document:
        text = json.dumps(document["resources"], sort_keys=True)
        document = {"version_info": hashlib.sha256(text.encode()).hexdigest()[:16], **document}
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.touch(mode)
    aside.chmod(mode)
    aside.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(path)


def version(path: Path) -> str:
    """The version of the resources in a file that was written."""
    found: str = json.loads(path.read_text(encoding="utf-8"))["version_info"]
    return found


def write_clusters(out: Path, addresses: Addresses, gateway: Gateway, canaries: Collection[str]) -> None:
    """Write the file of the clusters."""
    write(out / CLUSTERS, {"resources": clusters(gateway, addresses, canaries)})


def write_routes(out: Path, gateway: Gateway, site: Site, canaries: Collection[str]) -> None:
    """Write the file of the routes. Their clusters must be there before."""
    write(out / ROUTES, {"resources": [route_configuration(gateway, site, canaries)]})


def set_weights(out: Path, weights: Mapping[str, int]) -> None:
    """Write the canaries' shares, service → percent, 0 to 100."""
    write(out / WEIGHTS, document(weights))


def save_site(out: Path, site: Site) -> None:
    """Write how the outside reaches the system."""
    write(out / SITE, asdict(site))


def read_site(out: Path) -> Site:
    """As it was saved; the defaults where it never was."""
    try:
        values = json.loads((out / SITE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Site()
    lists = {name: tuple(values[name]) for name in ("hosts", "proxies")}
    return Site(**(values | lists))
