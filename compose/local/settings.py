"""What a person may choose about a local system, by environment variables (or ``make up NAME=value``)."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from compose.local import (
    checked,
    delivery_settings,
    hosts,
    kept_servers,
    machine_settings,
    market_settings,
    public,
    traces_settings,
)
from compose.local.backup import choices as backup_choices
from compose.local.console import CommandError
from compose.local.market_choice import MarketChoice
from compose.local.paths import DEFAULT_BIND, DEFAULT_PORT, Home
from compose.system import QUOTAS
from servicekit.cookies import cookie_name

if TYPE_CHECKING:
    from gateway.config.site import Site

#: What tests and benchmarks start their systems with: all of their customers come from one address, and do
#: more in a minute than people in a day. Prices move a little, and no day ends meanwhile.
MANY_CUSTOMERS = {
    "BIRZHA_RATE_LIMITS": "1000",
    "BIRZHA_FEED": "simulated",
    **{f"BIRZHA_{name.upper()}": "off" for name in QUOTAS},
}


@dataclass(frozen=True)
class Settings:
    """Attributes:
    port: BIRZHA_PORT, the one public port; the last start's when it is not given.
    bind: BIRZHA_BIND, the address it listens on.
    fixed_url: BIRZHA_PUBLIC_URL, scheme and host of every link; "" when each request has its own.
    trusted_proxies: BIRZHA_TRUSTED_PROXIES, networks whose X-Forwarded-For and -Proto are believed.
    extra_hosts: BIRZHA_ALLOWED_HOSTS, names that it answers to beside its own; ``*`` is any.
    certificate: BIRZHA_TLS_CERT and BIRZHA_TLS_KEY, PEM files, when the gateway itself speaks TLS.
    cookie_suffix: what the names of its cookies end with: systems on one host share their browser's cookies.
    market: BIRZHA_MARKET, BIRZHA_CURRENCY and BIRZHA_MARKET_OPTIONS; a system keeps those it began with.
    feed: BIRZHA_FEED, where prices come from, see market_settings.py.
    day_s: BIRZHA_DAY_S, how long a replayed day lasts at first, in seconds; "" for market's own.
    replay_from: BIRZHA_REPLAY_FROM, the day a replay begins with, as 2012-06-12; "": market chooses.
    venue_time_zone: BIRZHA_VENUE_TIME_ZONE, that of the market's days; "": UTC.
    cost_method: BIRZHA_COST_METHOD, ``average`` or ``fifo``; "" for trading's own.
    source_url: BIRZHA_SOURCE_URL, where its source stands, for a link on the pages; "": none.
    operator_second_factor: BIRZHA_OPERATOR_SECOND_FACTOR, ``required`` or ``optional``; "" for optional.
    delivery: BIRZHA_SMTP_URL and the like, how messages leave the house, see delivery_settings.py.
    backup: BIRZHA_BACKUPS and the like, where and how often backups are made, see backup/choices.py.
    machine: BIRZHA_METRICS_PORT and the like, see machine_settings.py.
    traces: OTEL_EXPORTER_OTLP_ENDPOINT and the like, see traces_settings.py.
    servers: BIRZHA_POSTGRES_SERVER and BIRZHA_PARTS and the like, what is elsewhere, see own_servers.py and
        hosts.py.
    debug: errors show code and settings, to this machine alone (`make dev`).
    quotas: BIRZHA_ORDERS_A_DAY and the like, as in QUOTAS: a number, ``off``, or "" for the service's own.
    rate_limits: BIRZHA_RATE_LIMITS, multiplies the gateway's rate limits for this run; None turns them off.
    """

    port: int
    bind: str
    fixed_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    extra_hosts: tuple[str, ...] = ()
    certificate: tuple[Path, Path] | None = None
    cookie_suffix: str = ""
    market: MarketChoice = field(default_factory=MarketChoice)
    feed: str = "replay"
    day_s: str = ""
    replay_from: str = ""
    venue_time_zone: str = ""
    cost_method: str = ""
    source_url: str = ""
    operator_second_factor: str = ""
    quotas: Mapping[str, str] = field(default_factory=dict)
    delivery: Mapping[str, str] = field(default_factory=dict)
    backup: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
    traces: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[str, str] = field(default_factory=dict)
    rate_limits: float | None = 1.0
    debug: bool = False

    @classmethod
    def read(cls, home: Home, environment: Mapping[str, str] = os.environ) -> Settings:
        """From the environment, else as the last start had it, else the defaults.

        A variable that is there and empty, as in ``BIRZHA_PUBLIC_URL= make up``, takes the default again.

        Raises:
            CommandError: a value that cannot be.
        """
        state = home.read_state()
        text = environment.get("BIRZHA_PORT") or str(state.get("port", DEFAULT_PORT))
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise CommandError(f"BIRZHA_PORT={text} must be a port, 1–65535.")
        bind = environment.get("BIRZHA_BIND") or str(state.get("bind", DEFAULT_BIND))
        try:
            ipaddress.ip_address(bind)
        except ValueError:
            raise CommandError(
                f"BIRZHA_BIND={bind} must be an address, such as 127.0.0.1 or 0.0.0.0."
            ) from None

        def chosen(name: str) -> str:
            return environment.get(traces_settings.variable(name), str(state.get(name, ""))).strip()

        settings = cls(
            port=int(text),
            bind=bind,
            fixed_url=(fixed_url := public.url(chosen("public_url"))),
            trusted_proxies=public.networks(chosen("trusted_proxies")),
            extra_hosts=public.hosts(chosen("allowed_hosts")),
            certificate=public.certificate(chosen("tls_cert"), chosen("tls_key"), fixed_url),
            cookie_suffix=hosts.cookie_suffix(fixed_url) if chosen("parts") else home.tag[:8],
            market=MarketChoice.read(environment, state),
            feed=market_settings.feed(chosen("feed") or ("simulated" if state else "replay")),
            day_s=market_settings.day_s(chosen("day_s")),
            replay_from=market_settings.day(chosen("replay_from")),
            venue_time_zone=market_settings.time_zone(chosen("venue_time_zone")),
            cost_method=checked.one_of("cost_method", chosen("cost_method"), "average", "fifo"),
            source_url=public.source(chosen("source_url")),
            operator_second_factor=checked.one_of(
                "operator_second_factor", chosen("operator_second_factor"), "optional", "required"
            ),
            quotas={name: checked.quota(name, chosen(name)) for name in QUOTAS},
            delivery=delivery_settings.read(chosen),
            backup=backup_choices.read(chosen),
            machine=machine_settings.read(chosen, int(text)),
            traces=traces_settings.read(chosen),
            servers=kept_servers.read(chosen),
            rate_limits=checked.rate_limits(environment.get("BIRZHA_RATE_LIMITS") or "1"),
            debug=environment.get("BIRZHA_DEBUG") == "1",
        )
        if settings.debug:
            settings._require_this_machine_only()
        return settings

    def _require_this_machine_only(self) -> None:
        reachable = {
            "BIRZHA_BIND": "" if ipaddress.ip_address(self.bind).is_loopback else self.bind,
            "BIRZHA_PUBLIC_URL": self.fixed_url,
            "BIRZHA_TRUSTED_PROXIES": ",".join(self.trusted_proxies),
            "BIRZHA_ALLOWED_HOSTS": ",".join(self.extra_hosts),
        }
        if found := [f"{name}={value}" for name, value in reachable.items() if value]:
            names = " ".join(f"{each.partition('=')[0]}=" for each in found)
            raise CommandError(
                "make dev shows code and settings in its error pages, so only this machine "
                "may reach it, not with "
                f"{' and '.join(found)}. Run {names} make dev (empty means the default), or make up."
            )

    @property
    def state(self) -> dict[str, int | str]:
        """What a running system uses and the next start reads: ``state.json``."""
        certificate, key = self.certificate or ("", "")
        return {
            "port": self.port,
            "bind": self.bind,
            "url": self.local_url,
            "public_url": self.fixed_url,
            "trusted_proxies": ",".join(self.trusted_proxies),
            "allowed_hosts": ",".join(self.extra_hosts),
            "tls_cert": str(certificate),
            "tls_key": str(key),
            **self._given_and_kept,
            **self.backup,
            **self.machine,
            **self.servers,
            "rate_limits": self.rate_limits_text,
        }

    @property
    def chosen(self) -> dict[str, str]:
        """What the services get of it; see ``compose/system/environment.py``."""
        return {
            "public_url": self.public_url,
            "cookie_suffix": self.cookie_suffix,
            **self._given_and_kept,
        }

    @property
    def _given_and_kept(self) -> dict[str, str]:
        """What both the services get and the next start reads."""
        return {
            "debug": "1" if self.debug else "",
            "currency": self.market.currency,
            "market": self.market.market,
            "market_options": self.market.options,
            "feed": self.feed,
            "day_s": self.day_s,
            "replay_from": self.replay_from,
            "venue_time_zone": self.venue_time_zone,
            "cost_method": self.cost_method,
            "source_url": self.source_url,
            "operator_second_factor": self.operator_second_factor,
            **self.quotas,
            **self.delivery,
            **self.traces,
        }

    def changed_since(self, state: Mapping[str, object]) -> list[str]:
        """The variables of which a running system has other values; those of one run are none."""
        now = {name: value for name, value in self.state.items() if name not in ("url", "rate_limits")}
        changed = [name for name, value in now.items() if state.get(name, value) != value]
        return [traces_settings.variable(name) for name in changed]

    @property
    def local_url(self) -> str:
        """How this machine itself reaches it, whatever the public address is."""
        if self.servers.get("parts") == hosts.SERVICES:
            return self.fixed_url  # the gateway is on another
        return f"http://{public.reached_at(self.bind)}:{self.port}"

    @property
    def public_url(self) -> str:
        """How browsers reach it."""
        return self.fixed_url or self.local_url

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that it answers to, without ports; none of them means any."""
        if public.ANY in self.extra_hosts:
            return ()
        named = [urlsplit(self.fixed_url).hostname or ""] if self.fixed_url else []
        return tuple(
            dict.fromkeys([*public.own_hosts(self.bind), *map(public.bracketed, named), *self.extra_hosts])
        )

    @property
    def site(self) -> Site:
        """What the gateway must know of the outside."""
        from gateway.config.site import Site

        def cookie(name: str) -> str:
            return cookie_name(name, system=self.cookie_suffix, secure=self.public_url.startswith("https:"))

        return Site(
            public_url=self.fixed_url,
            hosts=self.hosts,
            proxies=self.trusted_proxies,
            session_cookie=cookie("session"),
            operator_cookie=cookie("operator"),
            language_cookie=cookie("language"),
        )

    @property
    def rate_limits_text(self) -> str:
        """As BIRZHA_RATE_LIMITS has it."""
        return "off" if self.rate_limits is None else f"{self.rate_limits:g}"


def require_free_port(bind: str, port: int) -> None:
    """Refuse a port that something else listens on.

    Raises:
        CommandError: it is taken, or not allowed to this user.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except PermissionError as error:
            raise CommandError(
                f"This user may not listen on port {port}: choose one above 1023, "
                "as in make up BIRZHA_PORT=8000."
            ) from error
        except OSError as error:
            raise CommandError(
                f"Port {port} on {bind} is in use ({error.strerror}): stop what uses it, "
                f"or choose another, as in make up BIRZHA_PORT={free_port()}."
            ) from error


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
