"""The containers of the servers with images of their own: PostgreSQL, Valkey, Envoy, nginx."""

from __future__ import annotations

from compose.docker.blocks import ONCE, STARTED, answers, block, command, healthcheck, items, own, volumes
from compose.docker.network import CACHE, GATEWAY_FILES, REDIS_FILES, REPLICAS, RUN, variable_of
from compose.system import EVENTS, GATEWAY, POSTGRES, SESSIONS, SUPERUSER, RedisServer
from compose.system.databases import SERVER_SETTINGS, max_connections
from gateway.config.nginx import READY_PATH
from gateway.config.routing import route_table
from gateway.config.source import load

#: MB of memory that each may take.
_MEMORY_MB = {POSTGRES.name: 2048, EVENTS.name: 640, SESSIONS.name: 192, GATEWAY.name: 512, CACHE: 256}


def postgres() -> str:
    """PostgreSQL, set up as everywhere."""
    settings = {**SERVER_SETTINGS, "max_connections": max_connections(REPLICAS), "shared_buffers": "256MB"}
    return block(
        POSTGRES.name,
        "<<: *server",
        "image: ${POSTGRES_IMAGE:-postgres:18}",
        "command:",
        "  - postgres",
        *(f"  - -c\n      - {key}={value}" for key, value in settings.items()),
        "environment:",
        f"  POSTGRES_USER: {SUPERUSER}",
        f"  POSTGRES_PASSWORD: ${{{variable_of(SUPERUSER)}:?run make docker-env first}}",
        '  POSTGRES_INITDB_ARGS: "-E UTF8 --locale-provider=builtin --locale=C.UTF-8"',
        "  PGDATA: /var/lib/postgresql/birzha",
        "volumes: [postgres:/var/lib/postgresql]",
        "shm_size: 128m",
        networks=items("data"),
        healthcheck=healthcheck("CMD", "pg_isready", "-h", "127.0.0.1", "-U", SUPERUSER),
        stop_signal=f"SIG{POSTGRES.stop_signal}",
        stop_grace_period=f"{POSTGRES.stop_s}s",
        mem_limit=f"{_MEMORY_MB[POSTGRES.name]}m",
    )


def redis(server: RedisServer) -> str:
    """A Valkey."""
    files = f"{server.name}-files:{REDIS_FILES}:ro"
    return block(
        server.name,
        "<<: *server",
        "image: ${VALKEY_IMAGE:-valkey/valkey:9}",
        "read_only: true",
        *volumes([f"{server.name}:/data", files]),
        command=command("valkey-server", REDIS_FILES / "valkey.conf"),
        networks=items("data" if server == EVENTS else "pages"),
        healthcheck=healthcheck("CMD-SHELL", "valkey-cli ping | grep -Eq 'PONG|NOAUTH|NOPERM'"),
        stop_grace_period="30s",
        mem_limit=f"{_MEMORY_MB[server.name]}m",
        after={"configure": ONCE},
    )


def gateway() -> str:
    """Envoy, the only one that is published."""
    return block(
        GATEWAY.name,
        "<<: *server",
        "image: ${ENVOY_IMAGE:-envoyproxy/envoy:v1.40.0}",
        "read_only: true",
        'user: "101:101"',
        "cap_drop: [ALL]",
        'entrypoint: ["envoy"]',
        "command:",
        *(f'  - "{word}"' if word.isdecimal() else f"  - {word}" for word in envoy_arguments()),
        'ports: ["${BIRZHA_BIND:-127.0.0.1}:${BIRZHA_PORT:-8000}:8000"]',
        f"tmpfs: [/tmp, {own(RUN, 101)}]",
        *volumes([f"gateway-files:{GATEWAY_FILES}:ro"]),
        networks=items("front"),
        healthcheck=answers(8002, "/ready", "LIVE"),
        stop_grace_period=f"{GATEWAY.stop_s}s",
        mem_limit=f"{_MEMORY_MB[GATEWAY.name]}m",
        after={"configure": ONCE},
    )


def envoy_arguments() -> list[str]:
    """How Envoy is started in a container of its own."""
    return [
        "--config-path", str(GATEWAY_FILES / "bootstrap.json"),
        "--disable-hot-restart",
        "--concurrency", "2",
        "--file-flush-interval-msec", "1000",
        "--log-level", "warning",
        "--component-log-level", "jwt:error,tracing:critical",
    ]  # fmt: skip


def cache() -> str:
    """nginx, by the name that the gateway knows."""
    return block(
        CACHE,
        "<<: *server",
        "image: ${NGINX_IMAGE:-nginx:1.28}",
        "read_only: true",
        'user: "101:101"',
        "cap_drop: [ALL]",
        'entrypoint: ["/cache.sh"]',
        f"tmpfs: [/tmp, {own(RUN, 101)}]",
        *volumes([f"gateway-files:{GATEWAY_FILES}:ro", "./cache.sh:/cache.sh:ro"]),
        command=command(*asked_by_cache()),
        networks=items("front"),
        healthcheck=answers(8100, READY_PATH, "204"),
        stop_signal="SIGQUIT",
        mem_limit=f"{_MEMORY_MB[CACHE]}m",
        after={"configure": ONCE, GATEWAY.name: STARTED},
    )


def asked_by_cache() -> list[str]:
    """The hosts that nginx asks: whose pages it keeps, whose files it gives, and the gateway."""
    table = route_table(load())
    exporters = (f"{name}-exports" for name in table.services("files"))
    return list(
        dict.fromkeys([*table.services("pages"), *exporters, *table.services("handed_over"), GATEWAY.name])
    )
