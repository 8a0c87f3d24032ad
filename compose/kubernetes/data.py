"""PostgreSQL and the two Valkeys of one node: a pod with a disk of its own each."""

from __future__ import annotations

from compose.docker.network import MAILBOX, REDIS_FILES, REPLICAS
from compose.kubernetes.cluster import DATA_PORTS, DATA_USER, REDIS_SERVERS
from compose.kubernetes.objects import (
    Object,
    container,
    exec_probes,
    labels,
    made,
    memory,
    mount,
    pod,
    resources,
    scratch,
    secret,
    service,
)
from compose.kubernetes.workloads import configure
from compose.system import EVENTS, POSTGRES, SUPERUSER, RedisServer
from compose.system.databases import SERVER_SETTINGS, max_connections
from compose.system.model import REDIS

POSTGRES_IMAGE, VALKEY_IMAGE = "postgres:18", "valkey/valkey:9"
_INITDB = "-E UTF8 --locale-provider=builtin --locale=C.UTF-8"
_DATA = "/var/lib/postgresql"
_ALIVE = "valkey-cli ping | grep -Eq 'PONG|NOAUTH|NOPERM'"


def settings() -> dict[str, str]:
    """How PostgreSQL is set up where each process may run several times."""
    values = {**SERVER_SETTINGS, "max_connections": max_connections(REPLICAS), "shared_buffers": "256MB"}
    return {key: str(value) for key, value in values.items()}


def postgres() -> list[Object]:
    """PostgreSQL."""
    arguments = [word for key, value in settings().items() for word in ("-c", f"{key}={value}")]
    mounts = [
        mount("data", _DATA),
        mount("run", "/var/run/postgresql"),
        mount("tmp", "/tmp"),
        mount("shm", "/dev/shm"),
    ]
    own = container(
        POSTGRES.name,
        POSTGRES_IMAGE,
        ("docker-entrypoint.sh", "postgres"),
        args=arguments,
        env=[
            {"name": "POSTGRES_USER", "value": SUPERUSER},
            secret(SUPERUSER, "POSTGRES_PASSWORD"),
            {"name": "POSTGRES_INITDB_ARGS", "value": _INITDB},
            {"name": "PGDATA", "value": f"{_DATA}/birzha"},
        ],
        ports=[{"name": POSTGRES.name, "containerPort": DATA_PORTS[POSTGRES.name]}],
        resources=resources(("500m", "4"), (512, 2048)),
        volumeMounts=mounts,
        **exec_probes("pg_isready", "-h", "127.0.0.1", "-U", SUPERUSER),
    )
    volumes = [memory("run"), scratch("tmp", "64Mi"), memory("shm", "128Mi")]
    return _kept(POSTGRES.name, pod(DATA_USER, POSTGRES.stop_s, [own], volumes), "10Gi")


def redis(server: RedisServer) -> list[Object]:
    """A Valkey."""
    mib = (server.memory_mb + 64, server.memory_mb * 5 // 2)
    own = container(
        server.name,
        VALKEY_IMAGE,
        ("valkey-server", REDIS_FILES / "valkey.conf"),
        ports=[{"name": server.name, "containerPort": DATA_PORTS[server.name]}],
        resources=resources(("100m", "1"), mib),
        volumeMounts=[
            mount("data", "/data"),
            mount("files", REDIS_FILES, read_only=True),
            mount("tmp", "/tmp"),
        ],
        **exec_probes("sh", "-c", _ALIVE),
    )
    # where it writes them, and where they are read
    files = configure(server.name, (mount("files", REDIS_FILES / server.name),))
    volumes = [memory("files"), scratch("tmp", "16Mi")]
    spec = pod(DATA_USER, REDIS.stop_s, [own], volumes, initContainers=[files])
    return _kept(server.name, spec, "4Gi" if server == EVENTS else "1Gi")


def mailbox() -> Object:
    """Where the mails of a system without a mail server are: on one node, all of its pods see it."""
    return made("v1", "PersistentVolumeClaim", "mailbox", _claim("1Gi"))


def mailbox_patch() -> Object:
    """The volume of the same name in those pods."""
    assert MAILBOX.name == "mailbox"
    volume = {"name": "mailbox", "emptyDir": None, "persistentVolumeClaim": {"claimName": "mailbox"}}
    return {"spec": {"template": {"spec": {"volumes": [volume]}}}}


def objects() -> dict[str, list[Object]]:
    """Name → what makes it."""
    return {POSTGRES.name: postgres(), **{name: redis(server) for name, server in REDIS_SERVERS.items()}}


def _kept(name: str, spec: Object, size: str) -> list[Object]:
    """A StatefulSet of one, its disk and its Service."""
    template = {"metadata": {"labels": labels(name)}, "spec": spec}
    disk = {"metadata": {"name": "data"}, "spec": _claim(size)}
    described: Object = {
        "serviceName": name,
        "replicas": 1,
        "selector": {"matchLabels": labels(name)},
        "template": template,
        "volumeClaimTemplates": [disk],
    }
    return [made("apps/v1", "StatefulSet", name, described), service(name, {name: DATA_PORTS[name]})]


def _claim(size: str) -> Object:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
