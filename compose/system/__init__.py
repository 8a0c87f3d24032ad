"""What the system consists of: services, processes, databases, Redis, and the environment and rights of each.

Plain values, which know nothing of how processes are run: ``compose/local`` reads them to run everything on
one machine. To add a service, write its folder, its entry in ``services.py``, its lines in
``gateway/gateway.yaml`` and its contracts (``servicekit/contracts``).
"""

from __future__ import annotations

from compose.system.model import (
    AUDITOR,
    AUDITOR_CONNECTIONS,
    DELIVERY,
    EVENTS,
    GATEWAY,
    NGINX,
    OWNER_CONNECTIONS,
    POSTGRES,
    RECONCILER,
    REDIS,
    SESSIONS,
    STREAM,
    SUPERUSER,
    WORKER,
    Process,
    ProcessType,
    RedisServer,
    Service,
)
from compose.system.services import FRONTEND, SERVICES, WEB_SERVERS

__all__ = [
    "AUDITOR",
    "AUDITOR_CONNECTIONS",
    "DELIVERY",
    "EVENTS",
    "FRONTEND",
    "GATEWAY",
    "NGINX",
    "OWNER_CONNECTIONS",
    "POSTGRES",
    "PROCESSES",
    "QUOTAS",
    "REDIS",
    "SERVICES",
    "SESSIONS",
    "SLUGS",
    "STREAM",
    "SUPERUSER",
    "WEB_SERVERS",
    "WORKER",
    "Process",
    "ProcessType",
    "RedisServer",
    "Service",
]

#: Every process of a system without canaries, in the order in which they start.
PROCESSES = (
    Process(POSTGRES.name, POSTGRES),
    *(Process(server.name, REDIS) for server in (EVENTS, SESSIONS)),
    *(process for service in WEB_SERVERS for process in service.processes()),
    Process(NGINX.name, NGINX),
    Process(GATEWAY.name, GATEWAY, (NGINX.name,)),
    Process(RECONCILER.name, RECONCILER, (POSTGRES.name, EVENTS.name)),
)

#: The services' admins and documents, in the order in which people see them.
SLUGS = tuple(service.slug for service in SERVICES)
#: What a customer may do so often a day, and the service that counts it.
QUOTAS = {
    choice: service.name for service in SERVICES for choice in service.choices if choice.endswith("_a_day")
}
