"""The processes of a running system: what each one's command is, and how supervisord keeps it.

supervisord runs ``python -m compose.local.serve <name>``, which becomes the process (exec), so that no
path is ever quoted in a configuration file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compose.local import postgres, valkey
from compose.local.paths import Home, write_private
from compose.services import SERVICES, WEB_SERVERS, Service

BACKING = "backing"
PYTHON = "python"
EDGE = "edge"


@dataclass(frozen=True)
class Process:
    """One process under supervisord.

    Attributes:
        name: its name, its log's name.
        group: ``backing`` (servers with data), ``python`` (services and workers) or ``edge``. What starts
            together; groups stop in the opposite order.
        command: the argument list it becomes.
        stop_signal: how it is asked to end.
        stop_seconds: how long it may take before it is killed.
        start_seconds: dying sooner than this counts as a failed start, retried with growing pauses.
    """

    name: str
    group: str
    command: Callable[[Home], list[str]]
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    start_seconds: int = 1


def _web(service: Service) -> Process:
    def command(home: Home) -> list[str]:
        settings = ["--config", str(Path(__file__).with_name("gunicorn_conf.py"))]
        bind = ["--bind", f"unix:{home.socket(service.name)}", "--threads", str(service.threads)]
        return [sys.executable, "-m", "gunicorn", *settings, *bind, "--name", service.name, service.wsgi]

    return Process(service.name, PYTHON, command, start_seconds=5)


def _worker(service: Service) -> Process:
    def command(home: Home) -> list[str]:
        return [sys.executable, "-m", f"{service.package}.manage", "run_worker"]

    return Process(f"{service.name}-worker", PYTHON, command, start_seconds=5)


def _gateway(home: Home) -> list[str]:
    from gateway.envoy.binary import command

    return command(home.etc / "gateway" / "bootstrap.json")


PROCESSES = (
    Process("postgres", BACKING, postgres.command, stop_signal="INT", stop_seconds=60),
    Process("redis", BACKING, valkey.command, stop_seconds=30),
    *(_web(service) for service in WEB_SERVERS),
    *(_worker(service) for service in SERVICES if service.worker),
    Process("gateway", EDGE, _gateway),
)


def find(name: str) -> Process:
    """The process called ``name``."""
    return next(process for process in PROCESSES if process.name == name)


def write_configuration(home: Home) -> Path:
    """Write ``supervisord.conf``; returns its path."""
    sections = [_head(home)]
    for process in PROCESSES:
        sections.append(_program(process))
    for priority, group in enumerate((BACKING, PYTHON, EDGE), start=1):
        names = ",".join(process.name for process in PROCESSES if process.group == group)
        sections.append(f"[group:{group}]\nprograms={names}\npriority={priority}\n")
    file = home.etc / "supervisord.conf"
    write_private(file, "\n".join(sections))
    return file


def _head(home: Home) -> str:
    as_root = "user=root\n" if os.getuid() == 0 else ""
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
{as_root}
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
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""
