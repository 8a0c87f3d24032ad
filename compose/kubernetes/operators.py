"""PostgreSQL and Redis of a production: what two operators are asked for, by the fields of their own objects.

CloudNativePG (``postgresql.cnpg.io/v1``) and the Redis operator of OT-CONTAINER-KIT
(``redis.redis.opstreelabs.in/v1beta2``). Our processes find both by the names that they have on one node.
"""

from __future__ import annotations

from compose.kubernetes import data
from compose.kubernetes.cluster import DATA_PORTS, REDIS_SERVERS
from compose.kubernetes.objects import Object, labels, made, resources, service
from compose.system import EVENTS, POSTGRES, RedisServer

#: Secrets of ``secrets.py``: the superuser's name and password; the operator's password; Redis's users.
SUPERUSER_SECRET, REDIS_ADMIN = "birzha-postgres", "birzha-redis-admin"
POSTGRES_IMAGE = "ghcr.io/cloudnative-pg/postgresql:18"
REDIS_IMAGE, SENTINEL_IMAGE = "quay.io/opstree/redis:v7.0.15", "quay.io/opstree/redis-sentinel:v7.0.15"
#: What the operator sets itself, as its replicas and its archive need it.
_THEIRS = ("wal_level", "max_wal_senders", "max_worker_processes")
_REDIS_USER = 1000


def users_secret(server: RedisServer) -> str:
    """The name of the Secret with a Redis's users."""
    return f"birzha-{server.name}-users"


def postgres() -> list[Object]:
    """Three PostgreSQLs, of which one more than the first has what is acknowledged."""
    spec: Object = {
        "instances": 3,
        "imageName": POSTGRES_IMAGE,
        # the Service that the processes know leads to the first, whichever that is
        "inheritedMetadata": {"labels": labels(POSTGRES.name)},
        "managed": {
            "services": {
                "disabledDefaultServices": ["ro", "r"],
                "additional": [
                    {
                        "selectorType": "rw",
                        "serviceTemplate": {
                            "metadata": {"name": POSTGRES.name},
                            "spec": {"type": "ClusterIP"},
                        },
                    }
                ],
            }
        },
        "enableSuperuserAccess": True,
        "superuserSecret": {"name": SUPERUSER_SECRET},
        "bootstrap": {
            "initdb": {
                "database": "app",
                "owner": "app",
                "encoding": "UTF8",
                "localeProvider": "builtin",
                "builtinLocale": "C.UTF-8",
            }
        },
        "postgresql": {
            "parameters": {key: value for key, value in data.settings().items() if key not in _THEIRS},
            "synchronous": {"method": "any", "number": 1, "dataDurability": "required"},
        },
        "storage": {"size": "20Gi"},
        "resources": resources(("1", "4"), (1024, 4096)),
        "affinity": {"podAntiAffinityType": "preferred"},
    }
    return [made("postgresql.cnpg.io/v1", "Cluster", f"birzha-{POSTGRES.name}", spec, POSTGRES.name)]


def redis(server: RedisServer) -> list[Object]:
    """Three Redises with three sentinels, their settings, and the name that leads to the first."""
    name = f"birzha-{server.name}"
    mib = (server.memory_mb + 64, server.memory_mb * 5 // 2)
    own_user = {"runAsNonRoot": True, "runAsUser": _REDIS_USER, "fsGroup": _REDIS_USER}
    spec: Object = {
        "clusterSize": 3,
        "podSecurityContext": own_user,
        "kubernetesConfig": {
            "image": REDIS_IMAGE,
            "redisSecret": {"name": REDIS_ADMIN, "key": "password"},
            "resources": resources(("100m", "1"), mib),
        },
        "acl": {"secret": {"secretName": users_secret(server)}},
        "redisConfig": {"additionalRedisConfig": f"{name}-settings"},
        "storage": {
            "volumeClaimTemplate": {
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "4Gi" if server == EVENTS else "1Gi"}},
                }
            }
        },
        "sentinel": {
            "size": 3,
            "image": SENTINEL_IMAGE,
            "podSecurityContext": own_user,
            "resources": resources(("50m", "200m"), (32, 64)),
        },
    }
    replicated = made("redis.redis.opstreelabs.in/v1beta2", "RedisReplication", name, spec, server.name)
    first = service(server.name, {server.name: DATA_PORTS[server.name]})
    first["spec"]["selector"] = {"app": name, "redis-role": "master"}
    kept: Object = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{name}-settings", "labels": labels(server.name)},
        "data": {"redis-additional.conf": "\n".join(server.settings) + "\n"},
    }
    return [replicated, first, kept]


def objects() -> dict[str, list[Object]]:
    """Name → what makes it."""
    return {POSTGRES.name: postgres(), **{name: redis(server) for name, server in REDIS_SERVERS.items()}}
