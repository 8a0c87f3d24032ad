"""`make drill`: does the backup of the running system come back? Tried beside it, while it serves.

The copy is a whole system in a folder of its own, on a port of this machine that nobody else reaches, without
the process that delivers messages: nobody hears twice of what the running system tells them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from compose.local import system_owner
from compose.local.backup import folder as backups
from compose.local.backup import lost, make, restore
from compose.local.backup.contents import Manifest, moment
from compose.local.console import CommandError, say, step
from compose.local.paths import ROOT, Home
from compose.local.settings import Settings, free_port
from compose.local.stack import Stack
from compose.system.environment import child_environment

#: What was made so long before is not compared one by one: the invariants look at all of it.
COMPARED = timedelta(hours=1)
#: Seconds that events in flight may take to arrive in the copy.
CHECK_WAIT_S = 60
#: Settings of the running system that its copy must not have.
CLOSED = (
    "public_url", "trusted_proxies", "allowed_hosts", "tls_cert", "tls_key", "smtp_url", "private_webhooks",
    "debug", "backups", "backup_every_h", "metrics_port",
)  # fmt: skip


@dataclass(frozen=True)
class RestoredCopy:
    """A restored copy that runs.

    Attributes:
        before: what the running system had acknowledged when the backup began.
    """

    home: Home
    manifest: Manifest
    before: lost.Records


def drill(home: Home) -> int:
    """Back up, restore beside it, check every invariant, compare; returns the exit code.

    Raises:
        CommandError: there is nothing to back up, or the backup does not come back.
    """
    since = datetime.now(UTC) - COMPARED
    with copy_of(home, since) as copy:
        with step("checking every invariant of the copy"):
            right = _check(copy.home)
        known, now = lost.acknowledged(copy.home, since), lost.acknowledged(home, since)
    missing, later = lost.without(copy.before, known), lost.without(now, known)
    if lines := lost.in_words(missing):
        say("MISSING in the copy, acknowledged before the backup began: " + "; ".join(lines))
    begun, ended = moment(copy.manifest.begun_at), moment(copy.manifest.ended_at)
    say(f"The backup is as of {ended}; all that was acknowledged until {begun} is in it.")
    lines = lost.in_words(later)
    say(
        "Acknowledged since, and lost if the disk were lost now:"
        if lines
        else "Nothing was acknowledged since."
    )
    for line in lines:
        say(f"  {line}")
    good = right and not any(missing.values())
    say("drill: good" if good else "drill: NOT GOOD, this backup is not to be relied on")
    return 0 if good else 1


@contextmanager
def copy_of(home: Home, since: datetime) -> Iterator[RestoredCopy]:
    """Back the running system up and start what is restored of it; deleted afterwards.

    Args:
        since: of :attr:`Copy.before`.
    """
    original = Stack(home)
    original.supervisor.require_alive()
    place = Path(tempfile.mkdtemp(prefix="birzha-drill-"))
    copy = Home.at(place / "copy")
    stack = Stack(copy)
    try:
        before = lost.acknowledged(home, since)
        begun = time.monotonic()
        with step("backing the running system up"):
            kept = place / "backup"
            backups.prepare(home, kept)
            file = system_owner.as_owner(home, lambda: make.make(home, kept))
        say(f"  {file.stat().st_size / 1e6:.1f} MB")
        with step("restoring it beside the running system"), file.open("rb") as opened:
            copy.create(for_drill=True)
            system_owner.prepare(copy)
            manifest = system_owner.as_owner(copy, lambda: restore.restore(copy, opened, str(file)))
        closed = {f"BIRZHA_{name.upper()}": "" for name in CLOSED}
        own = {"BIRZHA_PORT": str(free_port()), "BIRZHA_BIND": "127.0.0.1"}
        stack.up(Settings.read(copy, closed | own))
        say(f"- the copy serves, {time.monotonic() - begun:.0f} s after the backup began")
        yield RestoredCopy(copy, manifest, before)
    finally:
        stack.down()
        shutil.rmtree(copy.run, ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)


def _check(home: Home) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "compose.check", "--wait", str(CHECK_WAIT_S)],
        cwd=ROOT, env=child_environment(home.root), check=False,
    )  # fmt: skip
    if done.returncode == 2:
        raise CommandError("The copy cannot be read.")
    return done.returncode == 0
