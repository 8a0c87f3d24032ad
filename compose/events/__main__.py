"""``python -m compose.events status | replay --missing``, also ``make events`` and ``make replay``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import psycopg2
import redis
from django.core.exceptions import ImproperlyConfigured

from compose.check.snapshot import open_snapshot
from compose.events.missing import Gap, gaps
from compose.local.paths import ROOT
from compose.system import SERVICES


def main(arguments: list[str]) -> int:
    """Run a command; returns the exit code: 2 when the system cannot be looked at."""
    options = _parser().parse_args(arguments)
    try:
        return status(as_json=options.as_json) if options.command == "status" else replay(options)
    except (ImproperlyConfigured, psycopg2.Error, redis.RedisError) as error:
        print(f"The system cannot be read: {str(error).strip()}", file=sys.stderr)
        return 2


def status(*, as_json: bool) -> int:
    """What waits at every service."""
    answers = _run_each(
        {service.name: "" for service in SERVICES}, "status", *(["--json"] if as_json else [])
    )
    if as_json:
        print(json.dumps([json.loads(out) for out, code in answers.values() if code == 0], indent=1))
    else:
        print("\n".join(out.rstrip() for out, _ in answers.values()))
    return max(code for _, code in answers.values())


def replay(options: argparse.Namespace) -> int:
    """Have each publisher send again what a subscriber lacks."""
    with open_snapshot(streams=False) as snapshot:
        found = gaps(snapshot)
    wanted: dict[str, set[str]] = {}
    for gap in found:
        wanted.setdefault(gap.publisher, set()).update(map(str, gap.ids))
    code = 0
    if wanted and not options.dry_run:
        lists = {publisher: "\n".join(sorted(ids)) for publisher, ids in wanted.items()}
        for publisher, (out, failed) in _run_each(lists, "replay", "--ids", "-").items():
            code = max(code, failed)
            print(f"{publisher}: {out.strip()}", file=sys.stderr if options.as_json else sys.stdout)
    print(_as_json(found) if options.as_json else _as_text(found))
    return code


def _run_each(inputs: dict[str, str], *arguments: str) -> dict[str, tuple[str, int]]:
    """Run ``events`` of several services beside each other: what each said, and its exit code."""
    running = {
        name: subprocess.Popen(
            [sys.executable, "-m", f"{name}_service.manage", "events", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in inputs
    }
    return {name: (run.communicate(inputs[name])[0], run.returncode) for name, run in running.items()}


def _as_text(found: list[Gap]) -> str:
    if not found:
        return "No subscriber has missed anything."
    return "\n".join(f"{gap.subscriber} missed {len(gap.ids)} events of {gap.publisher}" for gap in found)


def _as_json(found: list[Gap]) -> str:
    rows = [
        {"publisher": gap.publisher, "subscriber": gap.subscriber, "ids": list(map(str, gap.ids))}
        for gap in found
    ]
    return json.dumps(rows, indent=1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m compose.events", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    text = "waiting events: unsent, not yet handled by each subscriber, retried, dead letters"
    status_parser = commands.add_parser("status", help=text, description=text)
    text = "send again events that a subscriber's inbox has missed"
    replay_parser = commands.add_parser("replay", help=text, description=text)
    replay_parser.add_argument("--missing", action="store_true", required=True, help="only what is missing")
    replay_parser.add_argument("--dry-run", action="store_true", help="only print what is missing")
    for command in (status_parser, replay_parser):
        command.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
