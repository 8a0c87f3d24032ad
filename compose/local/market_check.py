"""Looks through a market of one's own before anything is started."""

from __future__ import annotations

import shlex
import subprocess
import sys

from compose.local.console import CommandError, say
from compose.local.market_choice import MarketChoice
from compose.local.paths import ROOT, Home
from compose.system.environment import child_environment


def check_market(home: Home, wanted: MarketChoice) -> None:
    """Look through a market of one's own before anything is started, unless a start has loaded it before.

    The settings of market_service are written by now.

    Raises:
        CommandError: all that is wrong with its files.
    """
    if wanted.folder is None or home.read_state().get("market") == wanted.market:
        return
    argv = [sys.executable, "-m", "market_service.manage", "check_market", wanted.market]
    done = subprocess.run(
        [*argv, *shlex.split(wanted.options)],
        cwd=ROOT, env=child_environment(home.root), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandError(done.stderr.strip() or done.stdout.strip())
    for line in done.stdout.splitlines():
        say(f"- {line}" if not line.startswith(" ") else line)
