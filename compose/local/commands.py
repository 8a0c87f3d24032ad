"""What each command does, once the installed packages are there."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from compose import written
from compose.local import (
    audit,
    catalogs,
    dev,
    gateway_restart,
    install,
    kept_choices,
    kept_servers,
    locks,
    market_reset,
    report,
    restart,
    reused_systems,
    shells,
    system_owner,
    traces_settings,
)
from compose.local.backup import commands as backups
from compose.local.backup import drill
from compose.local.canary import actions, upgrade
from compose.local.canary import report as canary_report
from compose.local.console import CommandError, say, step
from compose.local.paths import ROOT, Home
from compose.local.settings import Settings
from compose.local.stack import Stack

#: The checks of `make lint`, in the order of their speed.
LINTERS = {
    "ruff": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "import-linter": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    **{f"written by {writer}": ("-m", writer, "--check") for writer in written.WRITERS},
    "mypy": ("-m", "mypy", "."),
}


def run(options: argparse.Namespace, home: Home) -> int:
    """Run a parsed command; returns the exit code."""
    kept_servers.part_of(home).require(options.command)
    match options.command:
        case "up":
            return up(home)
        case "down":
            return down(home)
        case "dev":
            os.environ["BIRZHA_DEBUG"] = "1"
            up(home)
            dev.watch(home)
        case "restart":
            begun = time.monotonic()
            names = restart.restart(home, [restart.chosen(options.service)])
            say(f"{', '.join(names)} restarted in {time.monotonic() - begun:.1f} s.")
        case "shell":
            shells.shell(home, options.service, options.arguments)
        case "import":
            shells.import_files(home, os.environ.get("FILES", ""), options.rest)
        case "market":
            shells.manage(home, "market", "market", options.rest)
        case "psql":
            shells.psql(home, options.service, options.arguments)
        case "status":
            return 0 if report.status(home) else 1
        case "logs":
            report.follow_logs(home, options.service)
        case "reset":
            reset(home, sure=options.yes)
        case "backup":
            backups.backup(home)
        case "drill":
            return drill.drill(home)
        case "restore":
            backups.restore(home, os.environ.get("FILE", ""))
        case "reset-market":
            reset_market(home)
        case "backing":
            backing(home, options.direction)
        case "demo":
            become("compose.demo", home)
        case "canary":
            system_owner.as_owner(
                home, lambda: actions.canary(home, options.service, options.weight, options.version)
            )
        case "canary-status":
            canary_report.status(home)
        case "upgrade":
            upgrade.upgrade(home, options.version)
        case "promote":
            system_owner.as_owner(home, lambda: actions.promote(home, options.service))
        case "rollback":
            system_owner.as_owner(home, lambda: actions.rollback(home, options.service))
        case "gateway-reload":
            system_owner.as_owner(home, lambda: gateway_restart.reload(home))
        case "gateway-restart":
            system_owner.as_owner(home, lambda: gateway_restart.restart(home))
        case "rotate-key":
            become("user_service.manage", home, "rotate_signing_key")
        case "check":
            become("compose.check", home, *options.rest)
        case "trace":
            become("compose.trace", home, os.environ.get("ID", ""))
        case "events":
            become("compose.events", home, *options.arguments)
        case "test" if os.environ.get("ONLY") or os.environ.get("ARGS"):
            become("compose.testonly", home)
        case "test":
            become("compose.testrun", home)
        case "pictures":
            become("tests.browser.pictures", home)
        case "screenshots":
            become("tests.browser.screenshots", home)
        case "faults":
            become("tests.faults", home)
        case "docker-faults":
            become("tests.faults.containers", home)
        case "bench":
            become("benchmarks", home)
        case "lint":
            return lint()
        case "lock":
            locks.lock()
        case "audit":
            return audit.audit()
    return 0


def up(home: Home) -> int:
    """`make up`."""
    settings = Settings.read(home)
    if settings.traces[traces_settings.ENDPOINT]:
        install.install("observe")
    begun = time.monotonic()
    stack = Stack(home)
    say(f"Birzha in {home.root}")
    if written := catalogs.compile_changed():
        say(f"- compiled {len(written)} translation catalogues")
    if not stack.up(settings):
        state = home.read_state()
        kept = {name: str(state.get(name, "")) for name in ("currency", "market")}
        kept_choices.require_kept(home, settings.market, **kept)
        if changed := settings.changed_since(home.read_state()):
            raise CommandError(
                f"Birzha is already running, on port {home.read_state()['port']}, with another "
                f"{' and '.join(changed)}: make down first to change that."
            )
        say("Birzha is already running.")
    else:
        used = report.memory(stack.supervisor)
        say(f"- up after {time.monotonic() - begun:.0f} s: {used.processes} processes in {used.text()}")
    report.welcome(home, Settings.read(home))
    return 0


def down(home: Home) -> int:
    """`make down`: this system, and what `make test ONLY=...` has kept."""
    begun = time.monotonic()
    was_up = Stack(home).down()
    for tests in reused_systems.down():
        say(f"The test servers in {tests.root} are stopped.")
    if was_up:
        say(f"Birzha stopped in {time.monotonic() - begun:.0f} s; its data is in {home.root}.")
    else:
        say("Birzha is not running.")
    return 0


def reset(home: Home, *, sure: bool) -> None:
    """`make reset`: asks on a terminal, unless told YES=1."""
    if not home.root.exists():
        say(f"There is nothing in {home.root}.")
        return
    if not sure:
        if not sys.stdin.isatty():
            raise CommandError(
                f"make reset deletes everything in {home.root}: confirm with make reset YES=1."
            )
        if input(f"Delete every account, order and balance in {home.root}? Type yes: ").strip() != "yes":
            say("Nothing was deleted.")
            return
    elsewhere = kept_servers.of(home).by_name
    Stack(home).reset()
    say(f"{home.root} is deleted.")
    if elsewhere:
        say(f"What is at {' and '.join(map(str, elsewhere.values()))} stays as it is.")


def reset_market(home: Home) -> None:
    """`make reset-market`: asks on a terminal, unless told CONFIRM=yes; the system is up afterwards."""
    market_reset.require_started(home)
    say(market_reset.removal_summary(home))
    if os.environ.get("CONFIRM") != "yes":
        if not sys.stdin.isatty():
            raise CommandError(
                "make reset-market stops the exchange: confirm with make reset-market CONFIRM=yes."
            )
        if input("Let the market start over? Type yes: ").strip() != "yes":
            say("Nothing was changed.")
            return
    stack = Stack(home)
    with step("stopping the exchange"):
        system_owner.as_owner(home, lambda: market_reset.begin(home))
        stack.down()
    up(home)
    say("The market has started over. Users sign in as before, with nothing in their accounts.")


def backing(home: Home, direction: str) -> None:
    """PostgreSQL and Valkey of a test home, without the services."""
    if direction == "up":
        Stack(home).backing_up()
        say(f"PostgreSQL and Valkey are up, on sockets in {home.run}.")
    else:
        Stack(home).down()


def become(module: str, home: Home, *arguments: str) -> None:
    """Go on as another program of the project."""
    environment = os.environ | {"BIRZHA_HOME": str(home.root)}
    os.execve(sys.executable, [sys.executable, "-m", module, *arguments], environment)


def lint() -> int:
    """`make lint`: every linter, also when one before it found something."""
    failed = []
    for name, arguments in LINTERS.items():
        say(f"- {name}")
        if subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode:
            failed.append(name)
    say(f"lint: {', '.join(failed)} found something" if failed else "lint: clean")
    return 1 if failed else 0
