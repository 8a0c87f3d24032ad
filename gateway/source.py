"""Reads gateway.yaml into typed, checked values. Knows nothing of Envoy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

SOURCE_FILE = Path(__file__).with_name("gateway.yaml")


class SourceError(ValueError):
    """gateway.yaml says something that can't be served; the message says what, in one sentence."""


@dataclass(frozen=True)
class Service:
    """Who answers: `socket` is a file name in the run directory; `slug` is None when it has no admin."""

    name: str
    socket: str
    slug: str | None = None


@dataclass(frozen=True)
class Route:
    """An address and its owner: `match` is a whole path when `exact`, otherwise a prefix up to a slash."""

    match: str
    to: str
    exact: bool = False
    stream: bool = False


@dataclass(frozen=True)
class Limits:
    """Bytes, KiB and counts, as gateway.yaml comments them."""

    body_bytes: int
    header_kib: int
    headers: int
    connections: int
    in_flight: int


@dataclass(frozen=True)
class Timeouts:
    """Seconds, as gateway.yaml comments them."""

    safe: float
    safe_try: float
    unsafe: float
    connect: float
    stream_idle: float
    client_idle: float
    client_request: float
    service_idle: float


@dataclass(frozen=True)
class Gateway:
    """The whole of gateway.yaml; `routes` already holds each service's admin and schema."""

    services: tuple[Service, ...]
    routes: tuple[Route, ...]
    closed: tuple[str, ...]
    fallback: str
    limits: Limits
    timeouts: Timeouts
    retries: int
    retry_after: int


def load(path: Path = SOURCE_FILE) -> Gateway:
    """Read and check a gateway file.

    Raises:
        SourceError: unreadable, an unknown or missing key, a wrong type, or a route to nobody.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SourceError(f"{path}: {error}") from None
    try:
        return _gateway(raw)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from None


def _gateway(raw: Any) -> Gateway:
    values = _keys(raw, {field.name for field in fields(Gateway)}, "the file")
    services = tuple(_service(name, entry) for name, entry in values["services"].items())
    names = {service.name for service in services}
    routes = tuple(_route(entry) for entry in values["routes"])
    for service in services:
        if service.slug:
            routes += (
                Route(f"/admin/{service.slug}", service.name),
                Route(f"/api/v1/{service.slug}/schema", service.name, exact=True),
            )
    for target in [*(route.to for route in routes), values["fallback"]]:
        if target not in names:
            raise SourceError(f"a route leads to {target!r}, which is not among the services")
    for address in [*(route.match for route in routes), *values["closed"]]:
        if not address.startswith("/") or address.endswith("/"):
            raise SourceError(f"{address!r} must start with a slash and not end with one")
    return Gateway(
        services=services,
        routes=routes,
        closed=tuple(values["closed"]),
        fallback=values["fallback"],
        limits=Limits(**_numbers(values["limits"], Limits, "limits")),
        timeouts=Timeouts(**_numbers(values["timeouts"], Timeouts, "timeouts")),
        **{name: _number(values[name], name) for name in ("retries", "retry_after")},
    )


def _service(name: str, raw: Any) -> Service:
    entry = _keys(raw, {"socket"}, f"service {name}", optional=frozenset({"slug"}))
    return Service(name=name, **entry)


def _route(raw: Any) -> Route:
    entry = _keys(raw, {"to"}, f"route {raw}", optional=frozenset({"path", "prefix", "stream"}))
    if ("path" in entry) == ("prefix" in entry):
        raise SourceError(f"route {raw} needs either a path or a prefix")
    exact = "path" in entry
    return Route(entry["path" if exact else "prefix"], entry["to"], exact, bool(entry.get("stream")))


def _keys(
    raw: Any, required: set[str], where: str, *, optional: frozenset[str] = frozenset()
) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise SourceError(f"{where} must be a mapping")
    if unknown := set(raw) - required - optional:
        raise SourceError(f"{where} has unknown keys: {', '.join(sorted(map(str, unknown)))}")
    if missing := required - set(raw):
        raise SourceError(f"{where} lacks: {', '.join(sorted(missing))}")
    return raw


def _numbers(raw: Any, shape: type, where: str) -> dict[str, Any]:
    entry = _keys(raw, {field.name for field in fields(shape)}, where)
    return {name: _number(value, f"{where}.{name}") for name, value in entry.items()}


def _number(value: Any, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise SourceError(f"{where} must be a number above zero, not {value!r}")
    return value
