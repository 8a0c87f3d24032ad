"""Where a system's backups are, which there are, and which may go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from compose.local import system_owner
from compose.local.console import CommandError
from compose.local.paths import Home, private_folder


def chosen_folder(home: Home, environment: Mapping[str, str] = os.environ) -> Path:
    """BIRZHA_BACKUPS, else as the last start had it, else ``<BIRZHA_HOME>-backups``, beside the system.

    Raises:
        CommandError: it is inside the system's folder, and would be lost with it.
    """
    named = environment.get("BIRZHA_BACKUPS") or str(home.read_state().get("backups", ""))
    if not named:
        return home.root.with_name(f"{home.root.name}-backups")
    folder = Path(named).expanduser().resolve()
    if folder == home.root or home.root in folder.parents:
        raise CommandError(
            f"BIRZHA_BACKUPS={named} is inside {home.root}, and would be lost with it: choose another "
            "folder, best on another disk."
        )
    return folder


def prepare(home: Home, folder: Path) -> None:
    """Make the folder, of the system's user, mode 0700.

    Raises:
        CommandError: it is somebody else's, or something else.
    """
    if os.geteuid() == 0 and (owner := home.root.stat()).st_uid:
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            os.chown(folder, owner.st_uid, owner.st_gid)
        system_owner.allow_traversal(folder, (owner.st_uid, owner.st_gid))
    system_owner.as_owner(home, lambda: _require(folder))


def backups_of(home: Home, folder: Path) -> list[Path]:
    """This system's, oldest first. Those of others in the same folder are left alone."""
    return sorted(folder.glob(f"birzha-{home.tag[:8]}-*.tar"))


def made_at(file: Path) -> datetime:
    """When a backup was begun, by its name: a copy of the file has another time."""
    return datetime.strptime(file.stem[-18:], "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)


def latest(home: Home) -> str:
    """What `make status` says of the latest."""
    try:
        folder = chosen_folder(home)
        there = backups_of(home, folder) if folder.is_dir() else []
    except (CommandError, OSError) as error:
        return f"latest backup: unknown ({error})"
    if not there:
        return "latest backup: none (make backup)"
    hours = (datetime.now(UTC) - made_at(there[-1])).total_seconds() / 3600
    age = f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} DAYS"
    return f"latest backup: {there[-1]}, {age} ago"


def prune(home: Home, folder: Path, kept: int) -> list[Path]:
    """Remove this system's oldest; returns what is gone.

    Args:
        kept: how many of them stay, at least one.
    """
    gone = backups_of(home, folder)[: -max(kept, 1)]
    for file in gone:
        file.unlink()
    return gone


def _require(folder: Path) -> None:
    private_folder(folder)
