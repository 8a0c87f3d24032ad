"""What a person reads about a system: how it is (`make status`), and what to do with it once it is up."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil

from compose.local import environment, kept_servers, orphans, system_owner
from compose.local.backup.folder import latest
from compose.local.console import CommandError, say
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.local.supervisor import NOT_RUNNING, RUNNING, Supervisor
from compose.system import SLUGS

#: What there is to know of a system that `make dev` has started.
DEBUG = "DEBUG is on: errors show code and settings. Only this machine reaches it, until make down."


@dataclass(frozen=True)
class Memory:
    """Bytes of a process and its children: resident, and with shared pages counted once (0: unknown)."""

    resident: int = 0
    proportional: int = 0
    processes: int = 0

    def text(self) -> str:
        """For people: what the processes occupy, and what each would say for itself, added up."""
        return (
            f"{self.proportional / 1e6:.0f} MB of memory (the resident sizes, "
            f"which count a shared page in every process, add up to {self.resident / 1e6:.0f} MB)"
        )

    def __add__(self, other: Memory) -> Memory:
        return Memory(
            self.resident + other.resident,
            self.proportional + other.proportional,
            self.processes + other.processes,
        )


def memory_of(pid: int) -> Memory:
    """The memory of a process with all its descendants."""
    total = Memory()
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return total
    for process in family:
        try:
            resident = process.memory_info().rss
            total += Memory(resident, _proportional(process.pid) or resident, 1)
        except psutil.Error:
            continue
    return total


def memory(supervisor: Supervisor) -> Memory:
    """The memory of the whole system, supervisord included."""
    return memory_of(supervisor.pid())


def status(home: Home) -> bool:
    """Print the processes with their memory, and the address.

    Returns:
        Whether every process is running.
    """
    supervisor = Supervisor(home)
    if not supervisor.alive():
        if found := orphans.of_system(home):
            say(f"supervisord was killed; {len(found)} processes run without it. Repair it with: make up")
            return False
        say(NOT_RUNNING)
        say(f"Its folder is {home.root}.")
        return False
    say(f"{'process':<22} {'state':<9} {'since':>8} {'pid':>8} {'processes':>9} {'resident':>9}")
    states = supervisor.states()
    for process in states:
        since = _duration(process["now"] - process["start"]) if process["pid"] else ""
        used = memory_of(process["pid"]) if process["pid"] else Memory()
        state, megabytes = (
            process["statename"].lower(),
            f"{used.resident / 1e6:.0f} MB" if used.processes else "",
        )
        say(
            f"{process['name']:<22} {state:<9} {since:>8} {process['pid'] or '':>8} "
            f"{used.processes or '':>9} {megabytes:>9}"
        )
    total = memory(supervisor)
    say(f"{total.processes} processes in {total.text()}, supervisord included")
    everything = all(process["statename"] == RUNNING for process in states)
    if everything:
        say(f"address: {home.read_state().get('public_url') or home.read_state().get('url', '')}")
    say(latest(home))
    if unusual := rate_limits(str(home.read_state().get("rate_limits", "1"))):
        say(unusual)
    if home.read_state().get("debug"):
        say(DEBUG)
    return everything


def reach(settings: Settings) -> list[str]:
    """Who else than this machine can connect, and how; nothing when nobody can."""
    lines = []
    if settings.trusted_proxies:
        lines.append(
            f"Trusted proxies, whose X-Forwarded-For is used: {', '.join(settings.trusted_proxies)}."
        )
    if settings.fixed_url or settings.extra_hosts or settings.bind not in ("127.0.0.1", "::1"):
        named = ", ".join(settings.hosts) or "any host"
        lines.append(f"Host names served: {named}. Add more with BIRZHA_ALLOWED_HOSTS (docs/serving.md).")
    return lines


def rate_limits(factor: str) -> str:
    """What to say of BIRZHA_RATE_LIMITS; nothing when the limits are gateway.yaml's."""
    if factor == "1":
        return ""
    changed = "OFF" if factor == "off" else f"{factor} TIMES those of gateway/gateway.yaml"
    return f"Rate limits are {changed}, set by BIRZHA_RATE_LIMITS={factor} until make down."


def welcome(home: Home, settings: Settings) -> None:
    """Print the address, the operator, and what to try; the operator's password the first time only."""
    part = kept_servers.part_of(home)
    if not part.has_services:
        say(f"""
Birzha is ready: {settings.public_url}, with the services at {part.place}, where the operator's password is.

Next: make demo    a new user's whole story through the public API
      make status  processes and memory      make logs   what they say
      make down    stop; the data stays""")
        _say_more(home, settings)
        return
    if not part.has_edge:
        say(f"\nThe services are ready for a gateway at {part.place}; the system is {settings.public_url}.")
    operator = environment.read(home, "operator")
    say(f"""
Birzha is ready: {settings.public_url}

  operator      {operator["BIRZHA_OPERATOR_USERNAME"]}
  password      {_password(home, operator["BIRZHA_OPERATOR_PASSWORD"])}
  back office   {settings.public_url}/admin/{SLUGS[0]}/  (and {", ".join(SLUGS[1:])})
  API           {settings.public_url}/api/docs/

Next: make demo    a new user's whole story through the public API
      make check   is every balance, hold, order and position right?
      make status  processes and memory      make logs   what they say
      make down    stop; the data stays      make reset  start over""")
    _say_more(home, settings)


def _say_more(home: Home, settings: Settings) -> None:
    for line in reach(settings):
        say(f"\n{line}")
    if home.read_state().get("debug"):
        say(f"\n{DEBUG}")
    if unusual := rate_limits(str(home.read_state().get("rate_limits", "1"))):
        say(f"\n{unusual}")


def _password(home: Home, password: str) -> str:
    """The operator's password the first time that it is asked for, afterwards where it is written."""
    shown = home.secrets / "operator-shown"
    if shown.exists():
        return f"as the first start printed it; it is in {home.etc / 'operator.env'}"
    system_owner.as_owner(home, lambda: shown.touch(mode=0o600))  # not root's, which no backup could read
    return password


def follow_logs(home: Home, name: str = "") -> None:
    """Become ``tail -F`` of every log, or of one process's.

    Raises:
        CommandError: there is no such log.
    """
    files = sorted(str(file) for file in home.log.glob(f"{name or '*'}.log"))
    if name and (home.log / f"{name}-worker.log").exists():
        files.append(str(home.log / f"{name}-worker.log"))
    if not files:
        known = ", ".join(sorted(file.stem for file in home.log.glob("*.log"))) or "none yet"
        raise CommandError(f"There is no log {name or ''} under {home.log}; there are: {known}.")
    os.execvp("tail", ["tail", "-n", "20", "-F", *files])


def _proportional(pid: int) -> int:
    """PSS in bytes, where the kernel reports it."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except (OSError, ValueError, IndexError):
        return 0


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
