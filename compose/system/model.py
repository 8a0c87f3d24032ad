"""The words in which the system is described: kinds of processes, processes, services, Redis servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProcessType:
    """A kind of process, alike in every service that has one.

    Attributes:
        name: ``worker``; its process is then called ``trading-worker``, or as the service when this is "".
        arguments: what Python runs, with ``{root}`` (the folder of the code), ``{bind}`` (where it listens),
            ``{name}``, ``{package}``, ``{threads}`` and ``{workers}`` in it. Empty: a server, known to
            its runner.
        threads: requests at once; 0: as many as the service says.
        threads_per_core: instead, so many for each core of the machine, at least one.
        niceness: how much less urgent it is to the kernel than the rest.
        answers_http: it has an address, and ``/readyz`` there says whether it is ready.
        in_canary: a second version of the service has such a process, too.
        stop_signal: how it is asked to end.
        stop_s: how long it may take before it is killed.
        log_mb: how much of its log is kept, the oldest part going first.
    """

    name: str
    arguments: tuple[str, ...] = ()
    threads: int = 0
    threads_per_core: float = 0
    niceness: int = 0
    answers_http: bool = False
    in_canary: bool = False
    stop_signal: str = "TERM"
    stop_s: int = 20
    log_mb: int = 50

    @property
    def suffix(self) -> str:
        """What the names of a service's processes of this kind end with."""
        return f"-{self.name}" if self.name else ""


@dataclass(frozen=True)
class Process:
    """One process: its name is that of its socket, its log, and its host where processes have hosts.

    Attributes:
        needs: the processes that must serve before it can.
        service: whose code it runs, if a service's.
        canary: of that service's second version.
    """

    name: str
    type: ProcessType
    needs: tuple[str, ...] = ()
    service: Service | None = None
    canary: bool = False

    def arguments(self, *, root: str, bind: str = "", cores: int = 1, workers: int = 0) -> list[str]:
        """What Python runs.

        Args:
            root: the folder of the code.
            bind: where it listens, as gunicorn has it: ``unix:/run/trading.sock``, ``0.0.0.0:8000``.
            cores: of its machine.
            workers: of a web server that can have several; 0: as many as its service has for these cores.
        """
        threads = self.type.threads or (self.service.threads if self.service else 0)
        if self.type.threads_per_core:
            threads = max(1, int(cores * self.type.threads_per_core))
        package = self.service.package if self.service else ""
        each = self.service.workers_per_core if self.service and self.type == WEB else 0.0
        several = (workers or max(1, int(cores * each))) if each else 1
        values = {
            "root": root, "bind": bind, "name": self.name, "package": package, "threads": threads,
            "workers": several,
        }  # fmt: skip
        return [argument.format(**values) for argument in self.type.arguments]


_GUNICORN = ("-m", "gunicorn", "--config", "{root}/compose/system/gunicorn_conf.py", "--bind", "{bind}")
_WSGI = (
    *(*_GUNICORN, "--workers", "{workers}", "--threads", "{threads}"),
    *("--name", "{name}", "{package}.config.wsgi:application"),
)

#: A service's API and admin; the pages.
WEB = ProcessType("", _WSGI, answers_http=True, in_canary=True)
#: The service's files of any length: so many are made at once, more wait. The least urgent of all.
EXPORTS = ProcessType("exports", _WSGI, threads=2, niceness=10, answers_http=True)
#: Passwords are hashed here, each on a core; half of the cores stay for the rest. At a niceness of 10, one or
#: two were hashed a second where every core was busy (measured), and who waited got a 504.
PASSWORDS = ProcessType("passwords", _WSGI, threads_per_core=0.5, niceness=5, answers_http=True)
#: Connections that stay open, each a coroutine: server-sent events (ADR 0041).
STREAM = ProcessType(
    "stream",
    (
        *(*_GUNICORN, "--worker-class", "servicekit.asgi.StreamWorker", "--asgi-lifespan", "off"),
        *("--name", "{name}", "{package}.config.asgi:application"),
    ),
    answers_http=True,
)
#: Celery: the consumer of events, the relay of the outbox, periodic tasks and their schedule.
WORKER = ProcessType("worker", ("-m", "{package}.manage", "run_worker"), in_canary=True)
#: Sends e-mail, webhooks and messages to people; orders come before it. What it had in hand when it was
#: killed is sent by the next one.
DELIVERY = ProcessType("delivery", ("-m", "{package}.manage", "run_delivery"), niceness=10)

#: The servers with data: started first, stopped last.
POSTGRES = ProcessType("postgres", stop_signal="INT", stop_s=60)
REDIS = ProcessType("redis", stop_s=30)
#: nginx, which keeps the pages that anybody may read and gives files to slow readers.
NGINX = ProcessType("nginx", stop_signal="QUIT")
#: Envoy. A line for every request that the limits let in, 600 bytes: a day of twenty requests a second.
GATEWAY = ProcessType("gateway", stop_s=40, log_mb=1000)
#: It looks whether an inbox lacks what it should have.
RECONCILER = ProcessType("reconciler", ("-m", "compose.events.watch"))


@dataclass(frozen=True)
class RedisServer:
    """A Valkey (Redis) server: a server has one budget and one way to keep to it (ADR 0029).

    Attributes:
        memory_mb: its budget.
        eviction: what it does when that is used up (``maxmemory-policy``).
    """

    name: str
    memory_mb: int
    eviction: str

    @property
    def settings(self) -> list[str]:
        """How it is set up, wherever it runs: lines of its configuration."""
        return [
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            f"maxmemory {self.memory_mb}mb",
            f"maxmemory-policy {self.eviction}",
            "databases 1",
            "hz 4",  # its clock for timeouts and expiry; at 10 it is half of what an idle server does
            "maxclients 500",
            "loglevel notice",
        ]


#: The events and the queues: nothing is evicted.
EVENTS = RedisServer("redis", 256, "noeviction")
#: What the pages keep of their visitors. A session takes 2.6 KB with its tokens (measured): room for 25,000.
SESSIONS = RedisServer("sessions", 64, "allkeys-lru")


@dataclass(frozen=True)
class Service:
    """One Django project of the system.

    Attributes:
        name: how it is called in roles, hosts, sockets and events: ``trading``.
        package: its Python package and folder: ``trading_service``.
        slug: gives it ``/admin/<slug>/`` and ``/api/v1/<slug>/schema``; "": it has neither.
        title: of its admin, in English and in Russian.
        types: the kinds of processes that it has.
        threads: request threads of its web server.
        workers_per_core: processes of its web server for each core of the machine, at least one; 0: one, as
            its metrics are those of one process, and its connections to the database are counted so.
        has_database: it owns a database of its own name, with the roles ``name`` and ``owner``.
        redis: the server that it uses.
        quotes: ``send`` or ``follow``: what it does with the stream of quotes; who sends them follows, too.
        signs_tokens: it has the keys that sign access tokens.
        knows_links: it has the key from which the links in mails about accounts are made.
        calls_gateway: it asks the API, as any client does.
        choices: the settings that who starts the system may choose, by their variable's name without
            ``BIRZHA_`` and in small letters. Those that end in ``_a_day`` are quotas: a number, or ``off``.
        ready_at: an address that answers anybody once the system serves: a page, or a list that is not empty.
        before_start: management commands of every start, once the database is migrated.
        after_start: those that may run beside the services, each but a moment when it was run before.
    """

    name: str
    package: str
    slug: str = ""
    title: tuple[str, str] = ("", "")
    types: tuple[ProcessType, ...] = (WEB, WORKER)
    threads: int = 4
    workers_per_core: float = 0
    has_database: bool = True
    redis: RedisServer = EVENTS
    quotes: str = ""
    signs_tokens: bool = False
    knows_links: bool = False
    calls_gateway: bool = False
    choices: tuple[str, ...] = ()
    ready_at: str = ""
    before_start: tuple[str, ...] = ()
    after_start: tuple[str, ...] = ()

    @property
    def has_worker(self) -> bool:
        """Whether it consumes and publishes events."""
        return WORKER in self.types

    @property
    def owner(self) -> str:
        """The database role that owns the tables and runs the migrations."""
        return f"{self.name}_owner"

    @property
    def connections(self) -> int:
        """How many connections its database role may have: two versions of it run beside each other."""
        more = STREAM_CONNECTIONS * (STREAM in self.types) + DELIVERY_CONNECTIONS * (DELIVERY in self.types)
        return 2 * (self.threads + WORKER_CONNECTIONS) + more

    def processes(self, instance: str = "") -> tuple[Process, ...]:
        """Its processes, or of a canary, whose ``instance`` is called ``trading-canary``."""
        needs = (POSTGRES.name, self.redis.name) if self.has_database else (self.redis.name,)
        return tuple(
            Process(f"{instance or self.name}{kind.suffix}", kind, needs, self, bool(instance))
            for kind in self.types
            if kind.in_canary or not instance
        )


#: Connections of the process that holds streams open: of who connects and stays, and of what has changed.
STREAM_CONNECTIONS = 2
#: Connections of the process that delivers, one a thread.
DELIVERY_CONNECTIONS = 6
#: Connections of a service's worker; of the role that owns its tables and migrates; of the auditor, who looks
#: at every database at once. Together with the services' own they fit into PostgreSQL's max_connections.
WORKER_CONNECTIONS, OWNER_CONNECTIONS, AUDITOR_CONNECTIONS = 8, 3, 20
#: Who reads every database and stream, and changes nothing; and who bootstraps PostgreSQL.
AUDITOR, SUPERUSER = "auditor", "postgres"
