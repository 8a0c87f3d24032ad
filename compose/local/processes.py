"""The processes of the system on this machine: what each one's command is, and how supervisord keeps it.

supervisord runs ``python -m compose.local.serve <name>``, which becomes the process (exec), so that no
path is ever quoted in a configuration file.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from compose import system
from compose.local import kept_servers
from compose.local.backup.choices import EVERY
from compose.local.machine_settings import METRICS_PORT, PAGES_WORKERS
from compose.local.paths import ROOT, Home, write_private
from compose.system import DELIVERY, EVENTS, GATEWAY, NGINX, POSTGRES, SESSIONS, Process, ProcessType, Service
from gateway.canary import state
from gateway.config.names import canary_cluster

#: What starts together; groups stop in the opposite order. A canary has one of its own, beside the services'.
BACKING, PYTHON, EDGE = "backing", "python", "edge"
PRIORITIES = {BACKING: 1, SESSIONS.name: 1, PYTHON: 2, EDGE: 3}
#: A log is so many files: the one that is written, and older ones.
LOG_FILES = 10
#: Dying sooner (s) is a failed start, tried again with growing pauses: of services, of the rest.
SERVICE_STARTS_S, STARTS_S = 5, 1

#: Makes backups from time to time, in systems where that is wished; in a group of its own.
BACKUPS = ProcessType("backups", ("-m", "compose.local.backup.schedule"), niceness=10, stop_s=60)
#: Tells Prometheus every process's metrics on one port, where that is wished; in a group of its own.
METRICS = ProcessType("metrics", ("-m", "compose.local.metrics_port"), niceness=5)
#: Lets the gateway of another host in to the services, where the system is spread.
INGRESS = ProcessType("ingress", stop_s=GATEWAY.stop_s)
_CONTROLLER = ProcessType("canary-controller", ("-m", "compose.local.canary.controller"))
PROCESSES = (*system.PROCESSES, Process(_CONTROLLER.name, _CONTROLLER, (GATEWAY.name,)))


def canary_processes(service: Service) -> tuple[Process, ...]:
    """The processes of a service's second version, in a group of their own."""
    return service.processes(canary_cluster(service.name))


def canary_group(service: str) -> str:
    """What supervisord calls the processes of a canary together."""
    return f"canary-{service}"


def group_of(process: Process) -> str:
    """What it starts and stops with."""
    if process.service:
        return canary_group(process.service.name) if process.canary else PYTHON
    if process.type in (BACKUPS, METRICS):
        return process.name
    if process.name in (POSTGRES.name, EVENTS.name):
        return BACKING
    return SESSIONS.name if process.name == SESSIONS.name else EDGE


def usual_processes(home: Home) -> tuple[Process, ...]:
    """Those that run here, without canaries. A copy (`make drill`) delivers nothing; backups and metrics only
    when asked for."""
    left_out = DELIVERY if home.is_for_drill() else None
    elsewhere, part = kept_servers.of(home).by_name, kept_servers.part_of(home)
    found = tuple(
        each for each in PROCESSES if each.type != left_out and each.name not in elsewhere and part.has(each)
    )
    if part.name:  # canaries need the gateway and the services on one host
        found = tuple(each for each in found if each.type != _CONTROLLER)
    if not part.has_edge:
        found += (Process(INGRESS.name, INGRESS),)
    chosen = home.read_state()
    wished = {BACKUPS: chosen.get(EVERY), METRICS: chosen.get(METRICS_PORT)}
    return (*found, *(Process(kind.name, kind, (POSTGRES.name,)) for kind, on in wished.items() if on))


def every_process(home: Home) -> tuple[Process, ...]:
    """Those that every system has, and those of the canaries that this one has."""
    canaries = state.read(home.versions).canaries
    seconds = [canary_processes(service) for service in system.WEB_SERVERS if service.name in canaries]
    return (*usual_processes(home), *(process for processes in seconds for process in processes))


def find(home: Home, name: str) -> Process:
    """The process called ``name``."""
    return next(process for process in every_process(home) if process.name == name)


def command(home: Home, process: Process) -> list[str]:
    """The argument list that it becomes. What a server needs is imported for it alone."""
    if process.type == POSTGRES:
        from compose.local import postgres

        return postgres.command(home)
    if process.name in (EVENTS.name, SESSIONS.name):
        from compose.local import valkey

        return valkey.command(home, EVENTS if process.name == EVENTS.name else SESSIONS)
    if process.type in (GATEWAY, INGRESS):
        configuration = str(home.etc / process.name)
        return [sys.executable, "-m", "gateway.runtime.hot_restart", "--config", configuration]
    if process.type == NGINX:
        from gateway.config.nginx import FOLDER
        from gateway.runtime.nginx import command

        return command(home.etc / "gateway" / "nginx.conf", home.run / FOLDER)
    bind = f"unix:{home.socket(process.name)}"
    workers = int(home.read_state().get(PAGES_WORKERS) or 0)
    argv = [sys.executable, *process.arguments(root=str(ROOT), bind=bind, cores=_cores(), workers=workers)]
    nice = shutil.which("nice") if process.type.niceness else None
    return [nice, "-n", str(process.type.niceness), *argv] if nice else argv


def _cores() -> int:
    """Those that this process may use: fewer than the machine has in some containers."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def folder(home: Home, process: Process) -> Path:
    """Where it starts: the folder of the version that it runs."""
    if not process.service:
        return ROOT
    name, versions = process.service.name, state.read(home.versions)
    version = versions.canaries[name].version if process.canary else versions.stable_of(name)
    return Path(version.folder) if version.folder else ROOT


def variables(home: Home, process: Process) -> dict[str, str]:
    """Its variables beside its service's ``.env`` file."""
    if not process.service:
        return {}
    name = process.service.name
    worker = f"{canary_cluster(name) if process.canary else name}-worker"
    return {
        "BIRZHA_WORKER_METRICS": str(home.socket(worker)),
        "BIRZHA_LEASE_FILE": str(home.lease_file(worker)),
    }


def write_configuration(home: Home) -> Path:
    """Write ``supervisord.conf``; returns its path."""
    processes = every_process(home)
    sections = [_head(home), *map(_program, processes)]
    for group in dict.fromkeys(map(group_of, processes)):
        names = ",".join(process.name for process in processes if group_of(process) == group)
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
startsecs={SERVICE_STARTS_S if process.service else STARTS_S}
startretries=1000000
stopsignal={process.type.stop_signal}
stopwaitsecs={process.type.stop_s}
killasgroup=true
redirect_stderr=true
stdout_logfile=%(ENV_BIRZHA_HOME)s/log/{process.name}.log
stdout_logfile_maxbytes={process.type.log_mb // LOG_FILES}MB
stdout_logfile_backups={LOG_FILES - 1}
"""
