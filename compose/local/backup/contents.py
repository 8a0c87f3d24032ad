"""A backup's file: a tar of a manifest, its digest, and the members that the manifest names.

``manifest.json`` says what the file is: its format, when it was made, by which PostgreSQL, with which
migrations and settings, how much was in the databases, and of every member its size and SHA-256. The members:
``cluster/base.tar.gz``, ``cluster/pg_wal.tar.gz`` and ``cluster/backup_manifest`` as ``pg_basebackup`` writes
them, and ``secrets/…``, without which nothing of it could be opened.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from compose.local.console import CommandError
from compose.local.paths import private_folder

FORMAT = 1
KIND = "a backup of Birzha"
MANIFEST, DIGEST = "manifest.json", "manifest.sha256"
#: No manifest is larger, bytes.
MAX_MANIFEST = 10_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        begun_at: what was acknowledged before this moment is in it. ISO 8601, UTC.
        ended_at: what was acknowledged after this moment is not in it.
        postgres: the version that made it, as ``18.6``.
        machine: the kind of machine, as ``x86_64``: others cannot read the cluster's files.
        bytes: of the databases.
        migrations: of each service, those of the version that made it, as ``orders.0001_initial``.
        counts: what was in the databases at ``begun_at``, in words, at least.
        state: the settings that were chosen, as ``state.json`` has them.
        files: member → its ``bytes`` and ``sha256``.
    """

    begun_at: str
    ended_at: str
    postgres: str
    machine: str
    bytes: int
    migrations: Mapping[str, list[str]]
    counts: Mapping[str, int]
    state: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    kind: str = KIND
    format: int = FORMAT

    def has(self) -> str:
        """What was in it, in words."""
        return ", ".join(f"{count:,} {name}" for name, count in self.counts.items()) or "nothing yet"


def moment(text: str) -> str:
    """As people read it."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"


def pack(file: IO[bytes], manifest: Manifest, members: Mapping[str, Path]) -> None:
    """Write the whole file, down to the disk."""
    files: dict[str, dict[str, Any]] = {
        name: {"bytes": path.stat().st_size, "sha256": _digest(path)} for name, path in members.items()
    }
    text = json.dumps(asdict(manifest) | {"files": files}, indent=1).encode()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in ((MANIFEST, text), (DIGEST, hashlib.sha256(text).hexdigest().encode())):
            archive.addfile(_member(name, len(content)), io.BytesIO(content))
        for name, path in members.items():
            with path.open("rb") as source:
                archive.addfile(_member(name, files[name]["bytes"]), source)
    file.flush()
    os.fsync(file.fileno())


def read_manifest(archive: tarfile.TarFile, name: str) -> Manifest:
    """The manifest of an open backup, once its digest is right.

    Args:
        name: what the file is called, for errors.

    Raises:
        CommandError: it is no backup, a newer one, or damaged.
    """
    texts = []
    for wanted in (MANIFEST, DIGEST):
        member = archive.next()
        if member is None or member.name != wanted or not member.isfile() or member.size > MAX_MANIFEST:
            raise foreign(name)
        content = archive.extractfile(member)
        texts.append(content.read() if content else b"")
    if hashlib.sha256(texts[0]).hexdigest().encode() != texts[1]:
        raise damaged(name, "its manifest is not as it was written")
    values = json.loads(texts[0])
    if values.get("kind") != KIND:
        raise foreign(name)
    if values["format"] > FORMAT:
        raise CommandError(
            f"{name} was made by a newer version of Birzha (format {values['format']}, this version knows "
            f"{FORMAT}): restore it with that version."
        )
    return Manifest(**values)


def unpack(archive: tarfile.TarFile, manifest: Manifest, folder: Path, name: str) -> None:
    """Every member into ``folder``, each compared with its size and digest.

    Raises:
        CommandError: one is missing, too many, or not as it was written.
    """
    missing = dict(manifest.files)
    while member := archive.next():
        wanted = missing.pop(member.name, None)
        path = PurePosixPath(member.name)
        content = archive.extractfile(member) if member.isfile() else None
        if wanted is None or content is None or path.is_absolute() or ".." in path.parts:
            raise damaged(name, f"{member.name} is not one of its parts")
        target = folder / path
        private_folder(target.parent)
        digest = hashlib.sha256()
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != wanted["sha256"]:
            raise damaged(name, f"{member.name} is not as it was written")
    if missing:
        raise damaged(name, f"{next(iter(missing))} is missing")


def unpack_tar(file: Path, folder: Path) -> None:
    """A compressed tar of ``pg_basebackup`` into ``folder``; modes are its own, names stay inside."""
    safe: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from Python 3.11.4 on
    with tarfile.open(file, "r:gz") as archive:
        archive.extractall(folder, **safe)
    folder.chmod(0o700)


def foreign(name: str) -> CommandError:
    """It is something else."""
    return CommandError(f"{name} is not {KIND}: make backup makes one.")


def damaged(name: str, why: str) -> CommandError:
    """It cannot be trusted."""
    return CommandError(f"{name} is damaged: {why}. Nothing was restored; take another backup.")


#: What a damaged file can raise while it is read.
BROKEN = (tarfile.TarError, zlib.error, EOFError, ValueError, KeyError, TypeError, shutil.ReadError)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
