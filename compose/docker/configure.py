"""Before the servers start: the files of Envoy, nginx and the two Valkeys, and everybody's environment.

Runs in a container of its own at every start, and ends. What it writes has its own user's or no secret: of
passwords, Valkey's lists of users hold hashes, which nobody turns into 256 random bits.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from compose.docker.network import (
    AUTHORITIES_COPY,
    GATEWAY_FILES,
    HOME,
    PORT,
    REDIS_FILES,
    REDIS_PORT,
    RUN,
    SERVICES_ETC,
    Network,
    secrets_from,
)
from compose.local import environment, traces_settings
from compose.local.console import CommandError
from compose.local.kept_choices import require_kept
from compose.local.own_servers import OwnServers, authorities
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.system import EVENTS, GATEWAY, SESSIONS, WEB_SERVERS, RedisServer
from compose.system.redis_access import access_list
from gateway.config.site import Site
from gateway.config.source import SourceError
from gateway.runtime.render import render


def main() -> int:
    """Write everything; 1 with one sentence when a choice cannot be."""
    os.umask(0o022)
    home = Home.at(HOME)
    try:
        own = OwnServers.read()
        passwords = own.passwords(secrets_from(os.environ))
        settings = settings_of(home)
        believed = authorities() if own.have_tls else ""
        write_gateway(settings, "compose")
    except KeyError as error:
        print(f"{error.args[0]} is not set: make docker-env writes every secret.", file=sys.stderr)
        return 1
    except (CommandError, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    GATEWAY_FILES.chmod(0o755)  # their servers are other users than ours
    for server in (EVENTS, SESSIONS):
        (REDIS_FILES / server.name).chmod(0o755)
        write_redis(server, passwords)
    home.etc.mkdir(parents=True, exist_ok=True)
    environment.write(home, settings, passwords, Network(own))
    for service in WEB_SERVERS:
        name = f"{service.name}.env"
        shutil.copy(home.etc / name, SERVICES_ETC / service.name / name)
        write_authorities(SERVICES_ETC / service.name, believed)
    write_authorities(home.etc, believed)
    home.write_state(**settings.state)
    return 0


def settings_of(home: Home) -> Settings:
    """What the file of choices says; what it says no more is as if it had never been said.

    Raises:
        CommandError: a choice cannot be, or the system began with another currency or market.
    """
    settings = Settings.read(Home.at(RUN), os.environ)
    began = home.read_state()
    if began:
        kept = {name: str(began[name]) for name in ("currency", "market")}
        require_kept(home, settings.market, **kept)
    return replace(settings, cookie_suffix=os.environ["BIRZHA_COOKIE_SUFFIX"])


def write_gateway(settings: Settings, target: str) -> None:
    """Envoy's and nginx's files.

    Args:
        target: which of gateway.yaml's: where the services are.

    Raises:
        SourceError: a choice that the gateway does not accept.
    """
    render(
        out=GATEWAY_FILES,
        run_dir=RUN,
        port=PORT,
        bind="0.0.0.0",
        target=target,
        rate_limits=settings.rate_limits,
        site=_site(settings.site),
        traces=traces_settings.of_gateway(settings.traces),
    )


def write_redis(server: RedisServer, passwords: Mapping[str, str]) -> None:
    """A Valkey's configuration and its users."""
    folder = REDIS_FILES / server.name
    (folder / "users.acl").write_text(access_list(server, passwords), encoding="utf-8")
    lines = [
        f"port {REDIS_PORT}",
        "protected-mode no",  # nobody enters without a name and a password
        "dir /data",
        f"aclfile {REDIS_FILES / 'users.acl'}",
        *server.settings,
    ]
    (folder / "valkey.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_authorities(etc: Path, text: str) -> None:
    """Where a process finds those that the certificates of servers of one's own are checked by."""
    if text:
        (etc / AUTHORITIES_COPY.name).write_text(text, encoding="utf-8")


def _site(site: Site) -> Site:
    """Who asks from inside (``tools``) asks for the gateway by its name."""
    return replace(site, hosts=(*site.hosts, GATEWAY.name)) if site.hosts else site


if __name__ == "__main__":
    sys.exit(main())
