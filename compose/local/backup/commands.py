"""`make backup` and `make restore`, as a person runs them."""

from __future__ import annotations

from pathlib import Path

from compose.local import system_owner
from compose.local.backup import folder as backups
from compose.local.backup import make as making
from compose.local.backup import restore as restoring
from compose.local.backup.contents import Manifest, moment
from compose.local.console import CommandError, say, step
from compose.local.paths import Home
from compose.local.stack import Stack

#: What stands in the audit trail.
MADE = "backup.make"


def backup(home: Home) -> Path:
    """Make a backup of the running system; returns its file.

    Raises:
        CommandError: it could not be made; nothing is left of it.
    """
    stack = Stack(home)
    stack.supervisor.require_alive()
    folder = backups.chosen_folder(home)
    backups.prepare(home, folder)
    system_owner.as_owner(home, lambda: stack.record(MADE, "system", folder=str(folder)))
    with step("copying every database, while the system runs"):
        file = system_owner.as_owner(home, lambda: making.make(home, folder))
    say(
        f"{file}  {file.stat().st_size / 1e6:.1f} MB, verified\n"
        "It has every account and the secrets that open them: keep it where nobody else reads it, on another "
        f"disk.\nBack again: BIRZHA_HOME=an-empty-folder make restore FILE={file}"
    )
    return file


def restore(home: Home, named: str) -> None:
    """Restore a backup into an empty system, which `make up` starts.

    Raises:
        CommandError: no such file, not an empty system, or a file that cannot be restored.
    """
    if not named:
        raise CommandError("Which backup? make restore FILE=… (make backup says where they are).")
    path = Path(named).expanduser()
    restoring.require_empty(home)
    try:
        file = path.open("rb")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        system_owner.prepare(home)
        manifest = system_owner.as_owner(home, lambda: _restore(home, file.fileno(), str(path)))
    say(
        f"Restored into {home.root}: {manifest.has()}.\n"
        f"All that was acknowledged until {moment(manifest.begun_at)} is in it, and nothing after "
        f"{moment(manifest.ended_at)}: what customers did since is lost, and they may do it again with the "
        "same Idempotency-Key.\nPages ask everybody to sign in again; API sessions and keys go on.\n"
        "Next: make up, then make check."
    )


def _restore(home: Home, descriptor: int, name: str) -> Manifest:
    home.create()
    with open(descriptor, "rb", closefd=False) as file:
        return restoring.restore(home, file, name)
