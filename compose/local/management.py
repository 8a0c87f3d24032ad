"""Commands of a system's services: ``python -m trading_service.manage migrate`` and the like."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from compose.local import kept_servers
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home
from compose.local.processes import find, folder
from compose.system import WEB_SERVERS
from compose.system.environment import child_environment


@dataclass
class Management:
    """Those of one system."""

    home: Home

    def manage(
        self, *commands: tuple[str, ...], extra: dict[str, str] | None = None, at: Path | None = None
    ) -> None:
        """Run management commands beside each other.

        Args:
            commands: package, command, arguments.
            extra: more variables of their environment.
            at: the folder of the version whose commands they are; each service's own when not given.

        Raises:
            CommandError: one failed; shows the end of what it said.
        """
        settings = child_environment(self.home.root, extra)
        running = []
        for package, *arguments in commands:
            log = (self.home.log / f"{package}.{arguments[0]}.log").open("w+", encoding="utf-8")
            argv = [sys.executable, "-m", f"{package}.manage", *arguments]
            checkout = at or self._folder(package)
            process = subprocess.Popen(argv, env=settings, cwd=checkout, stdout=log, stderr=log)
            running.append((argv, log, process))
        failed = ""
        for argv, log, process in running:
            with log:
                if process.wait() and not failed:
                    log.seek(0)
                    tail = "\n".join(f"    {line}" for line in log.read().splitlines()[-15:])
                    failed = f"{' '.join(argv[2:4])} failed:\n{tail}"
        if failed:
            raise CommandError(failed)

    def record(self, action: str, subject: str, *, reason: str = "", **after: object) -> None:
        """Put what an operator did to the running system into user_service's audit trail.

        Args:
            action: one of ``servicekit.audit.actions.OF_THE_SYSTEM``.
            subject: the service, or ``gateway``.
        """
        more = ("--after", json.dumps(after), "--reason", reason)
        if not kept_servers.part_of(self.home).has_services:  # nor its database
            return
        # By this checkout: the service's own version may be older than the command.
        self.manage(("user_service", "record_action", action, subject, *more), at=ROOT)

    def _folder(self, package: str) -> Path:
        """Where the stable version of a service is."""
        name = next(service.name for service in WEB_SERVERS if service.package == package)
        return folder(self.home, find(self.home, name))
