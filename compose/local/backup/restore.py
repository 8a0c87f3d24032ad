"""`make restore FILE=…`: a system from a backup, in a folder that has none."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from compose.local import install, kept_servers, postgres, valkey, valkey_recovery
from compose.local.backup import contents, migrations
from compose.local.backup.contents import Manifest
from compose.local.console import CommandError, step
from compose.local.paths import Home, private_folder, write_private
from compose.system import EVENTS, SERVICES, SESSIONS

#: Beside the size of the databases, bytes: the file's own parts, the first segments of the log.
SPARE_BYTES = 400_000_000
#: What a start does not find in the settings of before: they belong to the other folder or machine.
NOT_KEPT = ("url", "debug", "rate_limits")


def require_empty(home: Home) -> None:
    """Refuse a folder with a system in it, or one whose PostgreSQL is elsewhere.

    Raises:
        CommandError: says what to do instead.
    """
    kept_servers.require_own_postgres(home, "make restore")
    if postgres.data_folder(home).exists():
        raise CommandError(
            f"There is a system in {home.root}, and a backup goes into an empty one: restore into another "
            "folder (BIRZHA_HOME=.birzha-2 make restore FILE=…), or make reset first, which deletes this one."
        )


def restore(home: Home, file: IO[bytes], name: str) -> Manifest:
    """Put a backup's databases, secrets and settings in place; `make up` starts them. As the system's user.

    Until the last step, a rename, the folder has no system: an interrupted restore is begun again.

    Args:
        home: whose folder is made if need be.
        file: the backup, open.
        name: what it is called, for errors.

    Raises:
        CommandError: there is a system already; the file is no backup, damaged, or of another version.
    """
    with install.locked(home.root, "another command is at work on this system; waiting for it"):
        require_empty(home)
        restoring = home.root / ".restoring"
        shutil.rmtree(restoring, ignore_errors=True)
        private_folder(restoring)
        try:
            with step(f"reading {name}"):
                manifest = _read(file, restoring, name)
            _require_whole(restoring / "postgres", name)
            _put_in_place(home, restoring, manifest, name)
        finally:
            shutil.rmtree(restoring, ignore_errors=True)
    return manifest


def _read(file: IO[bytes], folder: Path, name: str) -> Manifest:
    try:
        archive = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115
    except tarfile.TarError:
        raise contents.foreign(name) from None
    try:
        with archive:
            manifest = contents.read_manifest(archive, name)
            _require_ours(manifest, name)
            install.require_space(folder, manifest.bytes + SPARE_BYTES)
            contents.unpack(archive, manifest, folder, name)
        cluster, data = folder / "cluster", private_folder(folder / "postgres")
        contents.unpack_tar(cluster / "base.tar.gz", data)
        contents.unpack_tar(cluster / "pg_wal.tar.gz", data / "pg_wal")
        (cluster / "backup_manifest").rename(data / "backup_manifest")
    except contents.BROKEN as error:
        raise contents.damaged(name, str(error) or type(error).__name__) from error
    return manifest


def _require_ours(manifest: Manifest, name: str) -> None:
    """Refuse what this version, on this machine, cannot run.

    Raises:
        CommandError: says what it would need.
    """
    made, ours = manifest.postgres.partition(".")[0], postgres.major()
    if made != ours:
        raise CommandError(
            f"{name} was made with PostgreSQL {made}, this is {ours}: restore it with the version of Birzha "
            "that made it, then upgrade that."
        )
    if manifest.machine != platform.machine():
        raise CommandError(
            f"{name} was made on a machine of another kind ({manifest.machine}, this is "
            f"{platform.machine()}), which has other files of PostgreSQL: restore it on one of its kind."
        )
    for service in SERVICES:
        made_with = manifest.migrations.get(service.name, [])
        newer = [each for each in made_with if not migrations.is_known(each, service.package)]
        if newer:
            raise CommandError(
                f"{name} was made by a newer version of Birzha: {service.name} does not know the migration "
                f"{newer[0]}. Restore it with that version."
            )


def _require_whole(data: Path, name: str) -> None:
    """PostgreSQL's own check: every file by its checksum, the log read to its end."""
    argv = [postgres.binary("pg_verifybackup"), "--quiet", str(data)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise contents.damaged(name, done.stderr.strip().splitlines()[-1])
    (data / "backup_manifest").unlink()


def _put_in_place(home: Home, restoring: Path, manifest: Manifest, name: str) -> None:
    for server in (EVENTS, SESSIONS):  # what is left of another system's would be taken for this one's
        folder = valkey.data_folder(home, server)
        if folder.is_dir() and any(folder.iterdir()):
            valkey_recovery.quarantine(folder)
    shutil.rmtree(home.secrets)
    (restoring / "secrets").rename(home.secrets)
    if not home.read_state():
        home.write_state(**{key: value for key, value in manifest.state.items() if key not in NOT_KEPT})
    note = {"file": Path(name).name, "begun_at": manifest.begun_at, "ended_at": manifest.ended_at}
    write_private(_note(home), json.dumps(note) + "\n")
    (restoring / "postgres").rename(postgres.data_folder(home))


def note_restored(home: Home, record: Callable[..., None]) -> None:
    """In the first start after a restore: put it into the audit trail.

    Args:
        record: :meth:`Stack.record`.
    """
    file = _note(home)
    if file.exists():
        note = json.loads(file.read_text(encoding="utf-8"))
        record("backup.restore", "system", **note)
        file.unlink()


def _note(home: Home) -> Path:
    return home.root / "restored.json"
