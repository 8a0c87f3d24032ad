"""Writes ``compose.yaml`` from the description of the system: ``python -m compose.docker.render``.

The file stands in the repository, as people expect it, and a test holds it to what this writes. What a person
chooses is in ``.env`` beside it, what differs on their machine in ``compose.override.yaml``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from compose import written
from compose.docker import network, observe, servers
from compose.docker.blocks import HEALTHY, ONCE, block, command, healthcheck, items, own, volumes
from compose.docker.network import GATEWAY_FILES, HOME, KEYS, MAILBOX, PORT, RUN, SERVICES_ETC
from compose.local.own_servers import AUTHORITIES
from compose.system import (
    DELIVERY,
    EVENTS,
    POSTGRES,
    PROCESSES,
    SERVICES,
    SESSIONS,
    WEB_SERVERS,
    WORKER,
    Process,
    Service,
)

FILE = Path(__file__).with_name("compose.yaml")
SCRAPED = FILE.with_name("prometheus.yml")

_HEAD = """\
# The whole system in containers. Written by compose/docker/render.py from compose/system, so not to be
# edited: what is different on your machine goes into compose.override.yaml. First: make docker-env.
# See docs/docker.md.

x-birzha: &birzha
  image: birzha:${BIRZHA_TAG:-local}
  build:
    context: ../..
    dockerfile: compose/docker/Dockerfile
    args:
      PYTHON_IMAGE: ${PYTHON_IMAGE:-python:3.12-slim}
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: [no-new-privileges:true]
  logging: &logging
    driver: json-file
    options: {max-size: 10m, max-file: "5"}

x-server: &server
  security_opt: [no-new-privileges:true]
  restart: unless-stopped
  logging: *logging

"""

#: What leaves out the containers of servers that are elsewhere: the file, whose containers, their network.
OWN = {
    "own-postgres.yaml": ((POSTGRES.name,), ("data",)),
    "own-redis.yaml": ((EVENTS.name, SESSIONS.name), ("data", "pages")),
}
_OWN_HEAD = """\
# Written by compose/docker/render.py. {names} elsewhere: in .env COMPOSE_FILE=compose.yaml:{file}
# and where it is. See docs/docker.md, "PostgreSQL and Redis of your own".
"""

#: MB of memory that a process of ours may take, and one that works for a moment.
_OURS_MB, _ONCE_MB = 512, 1024

RECONCILER = "reconciler"


def text() -> str:
    """The file."""
    blocks = [
        _configure(),
        servers.postgres(),
        *(servers.redis(server) for server in (EVENTS, SESSIONS)),
        *_prepare(),
    ]
    blocks += [_process(process) for process in PROCESSES if process.service]
    blocks += [servers.gateway(), servers.cache(), _reconciler(), _tools()]
    blocks += [observe.mail(), observe.prometheus(), observe.grafana(), observe.traces()]
    volumes = ["postgres", "redis", "sessions", "keys", "mailbox", "home", "gateway-files", "prometheus"]
    volumes += [f"{server.name}-files" for server in (EVENTS, SESSIONS)]
    volumes += [f"etc-{service.name}" for service in WEB_SERVERS]
    volumes += [f"run-{service.name}" for service in SERVICES if service.has_worker]
    networks = (
        "networks:\n"
        "  # What has data: nobody else gets there.\n"
        "  data: {internal: true}\n"
        "  pages: {internal: true}\n"
        "  # What answers HTTP, and the way out for mail.\n"
        "  front: {}\n"
    )
    listed = "".join(f"  {name}: {{}}\n" for name in volumes)
    services = "\n".join(blocks)
    return f"{_HEAD}services:\n{services}\nvolumes:\n{listed}\n{networks}"


def left_out(file: str) -> str:
    """A file that stands beside ``compose.yaml`` in COMPOSE_FILE."""
    names, ways_out = OWN[file]
    head = _OWN_HEAD.format(names=f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'}", file=file)
    none = "".join(f"  {name}: {{scale: 0}}\n" for name in names)
    mount = f"${{BIRZHA_SERVERS_CA:-/dev/null}}:{AUTHORITIES}:ro"
    opened = "".join(f"  {name}: {{internal: false}}\n" for name in ways_out)
    return f'{head}services:\n{none}  configure: {{volumes: ["{mount}"]}}\nnetworks:\n{opened}'


def _configure() -> str:
    mounts = [f"home:{HOME}", f"gateway-files:{GATEWAY_FILES}"]
    mounts += [f"{server.name}-files:{network.REDIS_FILES / server.name}" for server in (EVENTS, SESSIONS)]
    mounts += [f"etc-{service.name}:{SERVICES_ETC / service.name}" for service in WEB_SERVERS]
    return block(
        "configure",
        "<<: *birzha",
        "# Ends at once; what it has written, the others read.",
        'network_mode: "none"',
        "env_file: [.env]",
        f"tmpfs: [/tmp, {own(RUN)}]",
        *volumes(mounts),
        command=command("python", "-m", "compose.docker.configure"),
        mem_limit=f"{_ONCE_MB}m",
    )


def _prepare() -> list[str]:
    mounts = volumes([f"home:{HOME}", f"keys:{KEYS}"])
    ready = {"configure": ONCE, POSTGRES.name: HEALTHY, EVENTS.name: HEALTHY}
    common = ("<<: *birzha", "env_file: [.env]", *mounts)
    return [
        block(
            "prepare",
            *common,
            command=command("python", "-m", "compose.docker.prepare"),
            networks=items("data"),
            mem_limit=f"{_ONCE_MB}m",
            after=ready,
        ),
        block(
            "load",
            *common,
            command=command("python", "-m", "compose.docker.prepare", "--after"),
            networks=items("data"),
            mem_limit=f"{_ONCE_MB}m",
            after={**ready, "prepare": ONCE},
        ),
    ]


def _process(process: Process) -> str:
    service, kind = process.service, process.type
    assert service is not None
    mounts = [f"etc-{service.name}:{HOME / 'etc'}:ro"]
    if service.has_worker and kind in (*service.types[:1], WORKER, DELIVERY):
        mounts.append(f"run-{service.name}:{RUN}")
    if service.signs_tokens and kind != WORKER:
        mounts.append(f"keys:{KEYS}")
    if DELIVERY in service.types:
        mounts.append(f"mailbox:{MAILBOX}")
    after = {"configure": ONCE, **dict.fromkeys(process.needs, HEALTHY)}
    if service.has_database:
        after["prepare"] = ONCE
    return block(
        process.name,
        "<<: *birzha",
        "restart: unless-stopped",
        *volumes(mounts),
        command=command("python", "-m", "compose.docker.serve", process.name),
        networks=items(*_networks(service, process)),
        healthcheck=healthcheck(
            "CMD", "python", "-m", "compose.docker.healthy", _looked_at(process), every_s=30
        ),
        stop_grace_period=f"{kind.stop_s}s",
        mem_limit=f"{_OURS_MB}m",
        after=after,
    )


def _looked_at(process: Process) -> str:
    return f"http://127.0.0.1:{PORT}/readyz" if process.type.answers_http else f"{RUN / process.name}.sock"


def _networks(service: Service, process: Process) -> list[str]:
    joined = ["data" if service.has_database else "pages"]
    return [*joined, "front"] if process.type.answers_http or process.type == DELIVERY else joined


def _reconciler() -> str:
    return block(
        RECONCILER,
        "<<: *birzha",
        "restart: unless-stopped",
        *volumes([f"home:{HOME}"]),
        command=command("python", "-m", "compose.docker.serve", RECONCILER),
        networks=items("data"),
        mem_limit=f"{_OURS_MB}m",
        after={"configure": ONCE, "prepare": ONCE, EVENTS.name: HEALTHY},
    )


def _tools() -> str:
    return block(
        "tools",
        "<<: *birzha",
        "# docker compose run --rm tools python -m compose.check (or compose.demo, trading_service.manage …)",
        "profiles: [tools]",
        "environment: {BIRZHA_URL: http://gateway:8000}",
        *volumes([f"home:{HOME}", f"mailbox:{MAILBOX}", f"keys:{KEYS}"]),
        networks=items("data", "front"),
        command=command("python", "-m", "compose.check"),
        mem_limit=f"{_ONCE_MB}m",
    )


if __name__ == "__main__":
    without = {FILE.with_name(name): left_out(name) for name in OWN}
    files = {FILE: text(), SCRAPED: observe.scraped(), **without}
    sys.exit(written.main("compose.docker.render", files))
