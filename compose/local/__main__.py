"""The commands of the Makefile: ``python -m compose.local up`` and its like.

Started by any Python 3.11+; what needs the installed packages goes on inside ``.venv``.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys

from compose.local import install
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home

#: Commands that install what they need first, and which lock they need; the others only look for it.
INSTALLS = {
    "up": "local",
    "backing": "local",
    "bench": "test",
    "dev": "local",
    "pictures": "test",
    "screenshots": "test",
    "faults": "test",
    "docker-faults": "test",
    "restore": "local",
    "lint": "test",
    "test": "test",
}

#: Commands whose arguments are another program's.
PASS_ON = {"check", "import", "market"}


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in PASS_ON:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    home = Home.at(options.home) if getattr(options, "home", None) else Home.here()
    if options.command in INSTALLS:
        install.install(INSTALLS[options.command])
    elif not install.PYTHON.exists():
        raise CommandError("Nothing is installed yet: run make up first.")
    if not install.in_project_venv():
        sys.stdout.flush()
        variables = {
            key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")
        }
        os.chdir(ROOT)
        variables["BIRZHA_HOME"] = str(home.root)
        os.execve(install.PYTHON, [str(install.PYTHON), "-m", "compose.local", *arguments], variables)
    from compose.local import commands

    return commands.run(options, home)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m compose.local", description="Birzha without containers.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in {
        "up": "install, start everything, wait until it is ready",
        "down": "stop everything; the data is kept",
        "dev": "start for development: DEBUG, and saved code is reloaded",
        "status": "processes, memory, address",
        "gateway-reload": "reload gateway.yaml without losing a request",
        "gateway-restart": "replace Envoy by a new process without losing a request",
        "rotate-key": "rotate the key that signs access tokens; takes six minutes, no request fails",
        "canary-status": "which versions run, and the history of canaries",
        "backup": "every database and secret into one file, while the system runs",
        "restore": "put a backup into an empty system (FILE=…)",
        "drill": "restore a new backup beside the running system, check it and compare it",
        "demo": "run a new user's story through the public API",
        "trace": "one click's whole story from the databases of all services (ID=…)",
        "lint": "ruff, mypy, import-linter",
        "test": "every check and every test",
        "pictures": "take the README's screenshots",
        "screenshots": "every page in both languages and all views, to be looked at (LANGUAGE=ru, VIEW=dark)",
        "faults": "inject faults under load, on a system of its own",
        "docker-faults": "partitions, kills and pauses of containers under load, on a system of its own",
        "bench": "measure how fast it is, on systems of its own",
        "audit": "known vulnerabilities of the locked packages",
        "lock": "renew the lock files in requirements/",
    }.items():
        commands.add_parser(name, help=text)
    commands.add_parser("check", help="check that nothing was lost, created or spent twice", add_help=False)
    commands.add_parser("import", help="import prices and lists of instruments (FILES=…)", add_help=False)
    commands.add_parser("market", help="the market's clock: pause, resume, speed, next, go", add_help=False)
    events = commands.add_parser("events", help="event queues, dead letters, and sending events again")
    events.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of python -m compose.events")
    logs = commands.add_parser("logs", help="follow the logs")
    logs.add_argument("service", nargs="?", default="", help="one service or process")
    reset = commands.add_parser("reset", help="delete all data")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("reset-market", help="accounts stay; cash, positions and the market start over")
    canary = commands.add_parser("canary", help="a second version of a service, with a share of its requests")
    canary.add_argument("service")
    canary.add_argument("--weight", required=True, metavar="PERCENT", help="0 to 100")
    canary.add_argument(
        "--version", default="", help="path, git ref, checkout or previous (default: a copy of the checkout)"
    )
    upgrade = commands.add_parser("upgrade", help="every service to another version, while customers trade")
    upgrade.add_argument("--version", default="", help="path, git ref or previous (default: the checkout)")
    again = commands.add_parser("restart", help="restart a service with the current code")
    again.add_argument("service", nargs="?", default="")
    for name, text in {
        "shell": "the Django shell of a service",
        "psql": "psql in a service's database, as the service's role",
    }.items():
        console = commands.add_parser(name, help=text)
        console.add_argument("service", nargs="?", default="")
        console.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the shell or psql")
    for name, text in {
        "promote": "make the canary's version the stable one",
        "rollback": "stop a canary",
    }.items():
        commands.add_parser(name, help=text).add_argument("service")
    backing = commands.add_parser("backing", help="only PostgreSQL and Valkey, for tests")
    backing.add_argument("direction", choices=["up", "down"])
    backing.add_argument("--home", help="default: BIRZHA_HOME")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CommandError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(f"\nThe disk is full: {error.filename or 'a file'} could not be written.")
