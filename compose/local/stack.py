"""Bringing a system up and down, whole or only the servers with data: each step does only what is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from compose.local import (
    databases,
    environment,
    install,
    kept_choices,
    kept_servers,
    market_check,
    market_reset,
    orphans,
    postgres,
    ready,
    secrets,
    system_owner,
    valkey,
    valkey_recovery,
)
from compose.local.backup import choices
from compose.local.backup import folder as backups
from compose.local.backup.restore import note_restored
from compose.local.canary import versions
from compose.local.canary.supervised import canaries_of
from compose.local.code import FOLDERS, compile_packages
from compose.local.console import CommandError, say, step
from compose.local.gateway_files import render_gateway
from compose.local.hosts import Part
from compose.local.machine_settings import METRICS_PORT
from compose.local.management import Management
from compose.local.paths import ROOT
from compose.local.processes import (
    BACKING,
    BACKUPS,
    EDGE,
    INGRESS,
    METRICS,
    PYTHON,
    canary_group,
    usual_processes,
)
from compose.local.settings import Settings, require_free_port
from compose.local.supervisor import RUNNING, STARTING, Supervisor
from compose.system import EVENTS, GATEWAY, SERVICES, SESSIONS, SUPERUSER, WEB_SERVERS
from compose.system.environment import operator_variables
from gateway.canary import state

#: Bytes free before a start; a new database cluster takes 200 MB with its first log segments.
NEEDED_SPACE_BYTES = 400_000_000
#: Seconds until the system must serve: a busy machine has taken 130.
READY_TIMEOUT_S = 300


@dataclass
class Stack(Management):
    """One system: its home and how to speak with its supervisord."""

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.home)

    def up(self, settings: Settings) -> bool:
        """Start the whole system, as the owner of its folder, and wait until it serves.

        Returns:
            False when it was running already.

        Raises:
            CommandError: it does not come up; everything that was started is stopped again.
        """
        self._prepare_files()
        if settings.backup.get(choices.EVERY):
            self.home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            named = {"BIRZHA_BACKUPS": settings.backup[choices.FOLDER]}
            backups.prepare(self.home, backups.chosen_folder(self.home, named))
        port = settings.port if (part := Part.read(settings.servers)).has_edge else part.port
        return system_owner.as_owner(self.home, lambda: self._up_as_owner(settings), port=port)

    def _prepare_files(self) -> None:
        """By who calls, as the owner may have no right to: the code is compiled once, not by each process."""
        system_owner.prepare(self.home)
        compile_packages(ROOT, FOLDERS)

    def _up_as_owner(self, settings: Settings) -> bool:
        self.home.create()
        with self.exclusive():
            if self.is_up():
                return False
            if not self.supervisor.alive():
                self._end_orphans()  # an orphaned gateway holds the port
            part = Part.read(settings.servers)
            if part.has_edge and not self._is_alive(GATEWAY.name):
                require_free_port(settings.bind, settings.port)
            elif not part.has_edge and not self._is_alive(INGRESS.name):
                require_free_port(part.host, part.port)
            with self._stop_if_it_fails():
                self._up(settings)
            return True

    def _up(self, settings: Settings) -> None:
        canaries_of(self.home).recover()
        passwords = self.start_servers(settings)
        services_here = kept_servers.part_of(self.home).has_services
        if services_here:
            kept_choices.require_same(self.home, settings.market, passwords)
        self.home.write_state(**settings.state)
        render_gateway(self.home, settings)
        if services_here:
            self._prepare_services(passwords)
        with step("starting the services, their workers and the gateway"):
            self.supervisor.start(PYTHON)
            versions.note_started(self.home, WEB_SERVERS)
            for service in state.read(self.home.versions).canaries:
                self.supervisor.start(canary_group(service))
            self.supervisor.start(EDGE)
            self._start_wished(settings)
        if services_here:
            with step("loading the market, creating the operator"):
                commands = ((each.package, command) for each in SERVICES for command in each.after_start)
                self.manage(*commands, extra=operator_variables(passwords))
        with step("waiting until it is ready"):
            ready.wait(self.home, settings, self.supervisor, seconds=READY_TIMEOUT_S)

    def _prepare_services(self, passwords: dict[str, str]) -> None:
        with step("migrating the databases"):
            self.manage(*((service.package, "migrate", "--verbosity", "0") for service in SERVICES))
            self.manage(*((each.package, command) for each in SERVICES for command in each.before_start))
        note_restored(self.home, self.record)
        market_reset.finish(self.home, passwords, self.manage)

    def _start_wished(self, settings: Settings) -> None:
        """The processes that a system has where they are wished, each in a group of its own."""
        backups_on, metrics_on = settings.backup.get(choices.EVERY), settings.machine.get(METRICS_PORT)
        for group, on in ((BACKUPS.name, backups_on), (METRICS.name, metrics_on)):
            if on:
                self.supervisor.add(group)
                self.supervisor.start(group)
            else:  # the last start may have had it
                self.supervisor.end(group)

    def backing_up(self) -> None:
        """Start PostgreSQL and Valkey only, for tests: owners may create ``test_<service>`` databases.

        Raises:
            CommandError: the home was made by `make up`; tests keep to one of their own.
        """
        if self.home.is_ours() and not self.home.is_for_tests():
            raise CommandError(
                f"{self.home.root} is a system in use, and this is for tests: choose another folder."
            )
        self._prepare_files()
        system_owner.as_owner(self.home, self._backing_up_as_owner)

    def _backing_up_as_owner(self) -> None:
        self.home.create(for_tests=True)
        with self.exclusive(), self._stop_if_it_fails():
            self.start_servers(Settings.read(self.home, {"BIRZHA_FEED": "simulated", **os.environ}))

    def start_servers(self, settings: Settings) -> dict[str, str]:
        """Have what the servers read of this version written, and them running; returns the secrets."""
        install.require_space(self.home.root, NEEDED_SPACE_BYTES)
        postgres.require_readable_data(self.home)
        own = kept_servers.keep(self.home, settings.servers)
        services_here = kept_servers.part_of(self.home).has_services
        passwords = secrets.load(self.home)
        environment.write(self.home, settings, passwords)
        market_check.check_market(self.home, settings.market)
        postgres.write_configuration(self.home, test_databases=self.home.is_for_tests())
        valkey.write_configuration(self.home, passwords)
        if not self.supervisor.alive():
            self._end_orphans()
            postgres_here = services_here and own.postgres is None
            if postgres_here and not postgres.data_folder(self.home).exists():
                with step("creating the PostgreSQL cluster"):
                    postgres.create_cluster(self.home, passwords[SUPERUSER])
            self.supervisor.launch()
        with step("starting PostgreSQL and Valkey"):
            known = self._quarantined()
            self.supervisor.start(BACKING)
            if SESSIONS in kept_servers.redis_here(self.home):
                self.supervisor.add(SESSIONS.name)  # a system that was running may not know of it
                self.supervisor.start(SESSIONS.name)
            watch = ready.Watch(self.supervisor)
            if services_here:
                databases.wait_for_server(self.home, passwords, alive=watch.check)
                databases.prepare(self.home, passwords, test_databases=self.home.is_for_tests())
            valkey.wait_for_server(self.home, passwords, alive=watch.check)
        for kept, lost in self._quarantined().items() - known.items():
            say(f"- Redis could not read its files, which are kept as {kept}; it started empty, and {lost}")
        return passwords

    def _quarantined(self) -> dict[Path, str]:
        """Files that a Valkey could not start from, and what it means that they are not there."""
        lost = {
            EVENTS: "the services send again what was in progress",
            SESSIONS: "everybody is signed out of the pages",
        }
        return {
            kept: words
            for server, words in lost.items()
            for kept in valkey_recovery.quarantined(valkey.data_folder(self.home, server))
        }

    def down(self) -> bool:
        """Stop everything gracefully; the data stays.

        Returns:
            False when nothing was running.
        """
        if not self.home.is_ours():
            return False
        return system_owner.as_owner(self.home, self._down)

    def _down(self) -> bool:
        with self.exclusive():
            if self.supervisor.alive():
                self.supervisor.shutdown()
                return True
            return self._end_orphans()

    def reset(self) -> None:
        """Stop everything and delete the home's content and the sockets' folder."""
        if not self.home.is_ours():
            raise CommandError(f"{self.home.root} was not made by Birzha; nothing is deleted.")
        self.down()
        shutil.rmtree(self.home.run, ignore_errors=True)
        shutil.rmtree(self.home.root)

    def is_up(self) -> bool:
        """Whether every process is running."""
        return all(self._is_alive(process.name) for process in usual_processes(self.home))

    def _is_alive(self, name: str) -> bool:
        if not self.supervisor.alive():
            return False
        states = {process["name"]: process["statename"] for process in self.supervisor.states()}
        return states.get(name) in (RUNNING, STARTING)

    def exclusive(self) -> AbstractContextManager[None]:
        """Other commands on this system wait meanwhile."""
        return install.locked(self.home.root, "another command is at work on this system; waiting for it")

    @contextmanager
    def _stop_if_it_fails(self) -> Iterator[None]:
        """Stop what was started when the start fails or is interrupted."""
        was_running = self.supervisor.alive()
        try:
            yield
        except BaseException:
            if not was_running and self.supervisor.alive():
                say("- stopping what was started ...")
                self.supervisor.shutdown()
            raise

    def _end_orphans(self) -> bool:
        if found := orphans.of_system(self.home):
            say(f"- supervisord is gone, but {len(found)} of its processes still run: stopping them ...")
            orphans.end(found)
        postgres.clear_stale_locks(self.home)
        return bool(found)
