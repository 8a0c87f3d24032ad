"""The processes of a running system: what each one's command is, and how supervisord keeps it.

supervisord runs ``python -m compose.local.serve <name>``, which becomes the process (exec), so that no
path is ever quoted in a configuration file.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compose.local import postgres, valkey
from compose.local.paths import ROOT, Home, write_private
from compose.services import SERVICES, WEB_SERVERS, Service
from gateway.canary import canary_cluster, state

BACKING = "backing"
SESSIONS = "sessions"
PYTHON = "python"
EDGE = "edge"
#: Files that are made at once; more wait. They are the least urgent to the kernel.
EXPORT_THREADS = 2
EXPORT_NICE = 10
#: Passwords that are hashed at once, each on a core; more wait. Half of the cores stay for the rest.
PASSWORD_THREADS = max(1, (os.cpu_count() or 1) // 2)
#: At 10, one or two were hashed a second where every core was busy (measured), and who waited got a 504.
PASSWORD_NICE = 5
#: A log is so many files: the one that is written, and older ones.
LOG_FILES = 10
#: The order in which groups start, and the opposite of that in which they stop; a canary's is PYTHON's.
PRIORITIES = {BACKING: 1, SESSIONS: 1, PYTHON: 2, EDGE: 3}


@dataclass(frozen=True)
class Process:
    """One process under supervisord.

    Attributes:
        name: its name, its log's name.
        group: ``backing`` and ``sessions`` (servers with data), ``python`` (services and workers), ``edge``,
            or a canary's own. What starts together; groups stop in the opposite order.
        command: the argument list it becomes.
        stop_signal: how it is asked to end.
        stop_seconds: how long it may take before it is killed.
        start_seconds: dying sooner than this counts as a failed start, retried with growing pauses.
        service: the service whose code it runs, if any, and so the version.
        canary: of its second version.
        log_mb: how much of its log is kept, the oldest part going first.
    """

    name: str
    group: str
    command: Callable[[Home], list[str]]
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    start_seconds: int = 1
    service: str = ""
    canary: bool = False
    log_mb: int = 50

    def folder(self, home: Home) -> Path:
        """Where it starts: the folder of the version that it runs."""
        if not self.service:
            return ROOT
        versions = state.read(home.versions)
        version = versions.canaries[self.service].version if self.canary else versions.stable_of(self.service)
        return Path(version.folder) if version.folder else ROOT

    def environment(self, home: Home) -> dict[str, str]:
        """What it is told beside its service's ``.env`` file."""
        if not self.service:
            return {}
        worker = f"{self.service}-canary-worker" if self.canary else f"{self.service}-worker"
        return {
            "BIRZHA_WORKER_METRICS": str(home.socket(worker)),
            "BIRZHA_LEASE_FILE": str(home.lease_file(worker)),
        }


def _web(service: Service, *, group: str = PYTHON, canary: bool = False) -> Process:
    name = canary_cluster(service.name) if canary else service.name

    def command(home: Home) -> list[str]:
        settings = ["--config", str(Path(__file__).with_name("gunicorn_conf.py"))]
        bind = ["--bind", f"unix:{home.socket(name)}", "--threads", str(service.threads)]
        return [sys.executable, "-m", "gunicorn", *settings, *bind, "--name", name, service.wsgi]

    return Process(name, group, command, start_seconds=5, service=service.name, canary=canary)


def _beside(service: Service, name: str, *, threads: int, niceness: int) -> Process:
    """What takes long of a service, beside the threads that answer everybody, less urgent to the kernel."""

    def command(home: Home) -> list[str]:
        settings = ["--config", str(Path(__file__).with_name("gunicorn_conf.py"))]
        bind = ["--bind", f"unix:{home.socket(name)}", "--threads", str(threads)]
        program = shutil.which("nice")
        nice = [program, "-n", str(niceness)] if program else []
        return [*nice, sys.executable, "-m", "gunicorn", *settings, *bind, "--name", name, service.wsgi]

    return Process(name, PYTHON, command, start_seconds=5, service=service.name)


def exports_name(service: str) -> str:
    """The process that makes a service's files, and its socket."""
    return f"{service}-exports"


def passwords_name(service: str) -> str:
    """The process that hashes a service's passwords, and its socket."""
    return f"{service}-passwords"


def names_beside(service: Service) -> list[str]:
    """The web servers that a service has beside its first."""
    return [
        *([exports_name(service.name)] if service.exports else []),
        *([passwords_name(service.name)] if service.passwords else []),
    ]


def _worker(service: Service, *, group: str = PYTHON, canary: bool = False) -> Process:
    name = canary_cluster(service.name) if canary else service.name

    def command(home: Home) -> list[str]:
        return [sys.executable, "-m", f"{service.package}.manage", "run_worker"]

    return Process(f"{name}-worker", group, command, start_seconds=5, service=service.name, canary=canary)


def _controller(home: Home) -> list[str]:
    return [sys.executable, "-m", "compose.local.canary.controller"]


def _reconciler(home: Home) -> list[str]:
    return [sys.executable, "-m", "compose.events.watch"]


def _sessions(home: Home) -> list[str]:
    return valkey.command(home, valkey.SESSIONS)


def _gateway(home: Home) -> list[str]:
    return [sys.executable, "-m", "gateway.hot_restart", "--config", str(home.etc / "gateway")]


def _nginx(home: Home) -> list[str]:
    from gateway.nginx import FOLDER
    from gateway.nginx.binary import command

    return command(home.etc / "gateway" / "nginx.conf", home.run / FOLDER)


PROCESSES = (
    Process("postgres", BACKING, postgres.command, stop_signal="INT", stop_seconds=60),
    Process("redis", BACKING, valkey.command, stop_seconds=30),
    Process("sessions", SESSIONS, _sessions, stop_seconds=30),
    *(_web(service) for service in WEB_SERVERS),
    *(
        _beside(service, exports_name(service.name), threads=EXPORT_THREADS, niceness=EXPORT_NICE)
        for service in SERVICES
        if service.exports
    ),
    *(
        _beside(service, passwords_name(service.name), threads=PASSWORD_THREADS, niceness=PASSWORD_NICE)
        for service in SERVICES
        if service.passwords
    ),
    *(_worker(service) for service in SERVICES if service.worker),
    Process("nginx", EDGE, _nginx, stop_signal="QUIT"),
    # A line for every request that the limits let in, 600 bytes: a day of twenty requests a second.
    Process("gateway", EDGE, _gateway, stop_seconds=40, log_mb=1000),
    Process("canary-controller", EDGE, _controller),
    Process("reconciler", EDGE, _reconciler),
)


def canary_processes(service: Service) -> tuple[Process, ...]:
    """The processes of a service's second version, in a group of their own."""
    group = canary_group(service.name)
    web = _web(service, group=group, canary=True)
    return (web, _worker(service, group=group, canary=True)) if service.worker else (web,)


def canary_group(service: str) -> str:
    """What supervisord calls the processes of a canary together."""
    return f"canary-{service}"


def every_process(home: Home) -> tuple[Process, ...]:
    """Those that every system has, and those of the canaries that this one has."""
    canaries = state.read(home.versions).canaries
    return PROCESSES + tuple(
        process
        for service in WEB_SERVERS
        if service.name in canaries
        for process in canary_processes(service)
    )


def find(home: Home, name: str) -> Process:
    """The process called ``name``."""
    return next(process for process in every_process(home) if process.name == name)


def write_configuration(home: Home) -> Path:
    """Write ``supervisord.conf``; returns its path."""
    sections = [_head(home)]
    processes = every_process(home)
    sections += map(_program, processes)
    for group in dict.fromkeys(process.group for process in processes):
        names = ",".join(process.name for process in processes if process.group == group)
        priority = PRIORITIES.get(group, PRIORITIES[PYTHON])
        sections.append(f"[group:{group}]\nprograms={names}\npriority={priority}\n")
    file = home.etc / "supervisord.conf"
    write_private(file, "\n".join(sections))
    return file


def _head(home: Home) -> str:
    return f"""\
; Written by every start; change compose/local/processes.py instead.
[unix_http_server]
file={home.socket("supervisor")}
chmod=0600

[supervisord]
logfile=%(ENV_BIRZHA_HOME)s/log/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
pidfile=%(ENV_BIRZHA_HOME)s/supervisord.pid
childlogdir=%(ENV_BIRZHA_HOME)s/log
minfds=4096
umask=077

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def _program(process: Process) -> str:
    return f"""\
[program:{process.name}]
command="%(ENV_BIRZHA_PYTHON)s" -m compose.local.serve {process.name}
directory=%(ENV_BIRZHA_ROOT)s
autostart=false
autorestart=true
startsecs={process.start_seconds}
startretries=1000000
stopsignal={process.stop_signal}
stopwaitsecs={process.stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile=%(ENV_BIRZHA_HOME)s/log/{process.name}.log
stdout_logfile_maxbytes={process.log_mb // LOG_FILES}MB
stdout_logfile_backups={LOG_FILES - 1}
"""
