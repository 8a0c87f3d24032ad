"""Who belongs to the system: the one list that starting, wiring and testing go by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One Django project of the system.

    Attributes:
        name: how it is called in file, role, database and socket names: ``trading``.
        package: its Python package: ``trading_service``.
        threads: request threads of its web server.
        database: it owns a database of its own name, with the roles ``<name>`` and ``<name>_owner``.
        exports: it makes files of any length, in a web server of its own beside the first.
        passwords: it hashes passwords, in a web server of its own beside the first.
        worker: it has a Celery worker (event consumer, outbox relay, periodic tasks).
    """

    name: str
    package: str
    threads: int = 4
    database: bool = True
    worker: bool = True
    exports: bool = False
    passwords: bool = False

    @property
    def wsgi(self) -> str:
        """What gunicorn serves."""
        return f"{self.package}.config.wsgi:application"

    @property
    def owner(self) -> str:
        """The database role that owns the tables and runs the migrations."""
        return f"{self.name}_owner"


SERVICES = (
    Service("user", "user_service", passwords=True),
    Service("market", "market_service"),
    Service("trading", "trading_service"),
    Service("billing", "billing_service", exports=True),
    Service("notification", "notification_service"),
)

FRONTEND = Service("web", "web_frontend", database=False, worker=False)

#: Everything that answers HTTP behind the gateway, each on the socket ``<name>.sock``.
WEB_SERVERS = (*SERVICES, FRONTEND)
