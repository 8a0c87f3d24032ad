"""Reads gateway.yaml. Whatever is missing, unknown or of a wrong type is refused in one sentence."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from gateway.config.source.check import check
from gateway.config.source.model import (
    EXPORT_RULES,
    PASSWORD_RULES,
    TOKEN_RULES,
    Cache,
    Gateway,
    Limits,
    Rate,
    RateLimit,
    Route,
    Service,
    SourceError,
    Target,
    Timeouts,
    Tokens,
)

SOURCE_FILE = Path(__file__).parents[2] / "gateway.yaml"

_RATE = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)s")

T = TypeVar("T")


def load(path: Path = SOURCE_FILE) -> Gateway:
    """Read and check a gateway file.

    Raises:
        SourceError: unreadable, an unknown or missing key, a wrong type, or a name of nobody.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SourceError(f"{path}: {error}") from None
    try:
        gateway = _gateway(raw)
        check(gateway)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from None
    return gateway


def _gateway(raw: Any) -> Gateway:
    values = _keys(raw, {field.name for field in fields(Gateway)}, "the file")
    services = tuple(_service(name, entry) for name, entry in _mapping(values["services"], "services"))
    fallback = _route("/", _keys(values["fallback"], {"to", "token"}, "fallback", _COUNTED), "fallback")
    return Gateway(
        services=services,
        targets=tuple(
            _texts(Target, entry, f"target {name}", name=name)
            for name, entry in _mapping(values["targets"], "targets")
        ),
        routes=(*_schemas(services), *map(_entry, values["routes"]), *_admins(services, fallback)),
        closed=tuple(values["closed"]),
        fallback=fallback,
        origins=tuple(values["origins"]),
        tokens=_tokens(values["tokens"]),
        rate_limits=tuple(
            _rate_limit(name, entry) for name, entry in _mapping(values["rate_limits"], "rate_limits")
        ),
        cache=Cache(**_numbers(values["cache"], Cache, "cache")),
        limits=Limits(**_numbers(values["limits"], Limits, "limits")),
        timeouts=Timeouts(**_numbers(values["timeouts"], Timeouts, "timeouts")),
        **{name: _number(values[name], name) for name in ("counted_keys", "retries", "retry_after")},
    )


def _service(name: str, raw: Any) -> Service:
    return Service(name=name, **_keys(raw, set(), f"service {name}", {"slug"}))


def _schemas(services: tuple[Service, ...]) -> list[Route]:
    """Each service's description of its API: before the owners' prefixes, which ask for a token."""
    return [
        Route(f"/api/v1/{service.slug}/schema", service.name, "ignored", exact=True)
        for service in services
        if service.slug
    ]


def _admins(services: tuple[Service, ...], pages: Route) -> list[Route]:
    """Each service's admin: pages, whose operator is known by a cookie that the service checks."""
    return [
        Route(f"/admin/{service.slug}", service.name, "ignored", reads=pages.reads, writes=pages.writes)
        for service in services
        if service.slug
    ]


_COUNTED = {"reads", "writes"}
_MAY = {"path", "prefix", "stream", "cache", "export", "passwords", "once"}


def _entry(raw: Any) -> Route:
    where = f"route {raw}"
    entry = _keys(raw, {"to", "token"}, where, _MAY | _COUNTED)
    if ("path" in entry) == ("prefix" in entry):
        raise SourceError(f"{where} needs a path or a prefix")
    for name in ("stream", "cache"):
        if not isinstance(entry.get(name, False), bool):
            raise SourceError(f"{where}: {name} must be true or false")
    if not re.fullmatch(r"[a-z_]*", str(entry.get("once", ""))):
        raise SourceError(f"{where}: once must be the name of a query parameter")
    address = entry.get("path") or entry.get("prefix")
    return _route(str(address), entry, where, exact="path" in entry)


def _route(address: str, entry: dict[str, Any], where: str, *, exact: bool = False) -> Route:
    if entry["token"] not in TOKEN_RULES:
        raise SourceError(f"{where}: token must be one of {', '.join(TOKEN_RULES)}, not {entry['token']!r}")
    if entry.get("export", "") not in EXPORT_RULES:
        known = ", ".join(filter(None, EXPORT_RULES))
        raise SourceError(f"{where}: export must be one of {known}, not {entry['export']!r}")
    if entry.get("passwords", "") not in PASSWORD_RULES:
        raise SourceError(f"{where}: passwords must be hashed or handed_on, not {entry['passwords']!r}")
    rest = {name: value for name, value in entry.items() if name not in {"path", "prefix"}}
    return Route(match=address, exact=exact, **rest)


def _tokens(raw: Any) -> Tokens:
    numbers = ("keys_kept", "clock_skew", "remembered")
    words = ("issuer", "audience", "operator_cookie")
    values: dict[str, Any] = _keys(raw, {"keys", *numbers, *words}, "tokens")
    keys = _keys(values["keys"], {"from", "path"}, "tokens.keys")
    texts: dict[str, Any] = {name: str(values[name]) for name in words}
    return Tokens(
        keys_from=keys["from"],
        keys_path=keys["path"],
        **{name: _number(values[name], f"tokens.{name}") for name in numbers},
        **texts,
    )


def _rate_limit(name: str, raw: Any) -> RateLimit:
    entry = _keys(raw, set(), f"rate_limits.{name}", {"user", "address", "session"})
    return RateLimit(name, **{who: _rate(value, f"rate_limits.{name}.{who}") for who, value in entry.items()})


def _rate(value: Any, where: str) -> Rate:
    found = _RATE.fullmatch(str(value))
    if not found:
        raise SourceError(f"{where} must be like 20/60s, not {value!r}")
    return Rate(int(found[1]), int(found[2]))


def _mapping(raw: Any, where: str) -> list[tuple[str, Any]]:
    if not isinstance(raw, dict) or not raw:
        raise SourceError(f"{where} must be a mapping")
    return [(str(name), value) for name, value in raw.items()]


def _keys(
    raw: Any, required: set[str], where: str, optional: set[str] | frozenset[str] = frozenset()
) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise SourceError(f"{where} must be a mapping")
    if unknown := set(raw) - required - optional:
        raise SourceError(f"{where} has unknown keys: {', '.join(sorted(map(str, unknown)))}")
    if missing := required - set(raw):
        raise SourceError(f"{where} lacks: {', '.join(sorted(missing))}")
    return raw


def _texts(shape: type[T], raw: Any, where: str, **known: str) -> T:
    """A dataclass of texts; what has a default may be missing."""
    known_fields = [field for field in fields(shape) if field.name not in known]  # type: ignore[arg-type]
    required = {field.name for field in known_fields if field.default is MISSING}
    entry = _keys(raw, required, where, {field.name for field in known_fields} - required)
    if wrong := [name for name, value in entry.items() if not isinstance(value, str)]:
        raise SourceError(f"{where}.{wrong[0]} must be text")
    return shape(**known, **entry)


def _numbers(raw: Any, shape: type, where: str) -> dict[str, Any]:
    entry = _keys(raw, {field.name for field in fields(shape)}, where)
    return {name: _number(value, f"{where}.{name}") for name, value in entry.items()}


def _number(value: Any, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise SourceError(f"{where} must be a number above zero, not {value!r}")
    return value
