"""A backup of a running cluster comes back as it was; whatever is no whole backup is refused."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg2
import pytest
from prometheus_client import CollectorRegistry

from compose.local import databases, postgres, processes, secrets
from compose.local.backup import contents, folder, make, restore, schedule
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.stack import Stack
from compose.local.tests.test_postgres import query
from servicekit.messaging.operate.metrics_socket import MetricsSocket

Backup = tuple[Path, Path]


@pytest.fixture(scope="module")
def backup(system: Stack, passwords: dict[str, str]) -> Iterator[Backup]:
    """A backup with one row in each of two databases, written before it; and the folder it is in."""
    path = Path(tempfile.mkdtemp(prefix="birzha backups "))
    for name in ("trading", "billing"):
        owner = (system.home, f"{name}_owner", passwords[f"{name}_owner"], name)
        query(*owner, "CREATE TABLE IF NOT EXISTS noted (n int)", "INSERT INTO noted VALUES (1)")
    backups = path / "kept"
    folder.prepare(system.home, backups)
    (system.home.secrets / make.OPERATOR_SHOWN).touch()
    yield make.make(system.home, backups), backups
    for name in ("trading", "billing"):
        query(system.home, f"{name}_owner", passwords[f"{name}_owner"], name, "DROP TABLE noted")
    shutil.rmtree(path)


@pytest.fixture
def empty() -> Iterator[Home]:
    path = Path(tempfile.mkdtemp(prefix="birzha-back-"))
    home = Home.at(path / "home")
    home.create(for_tests=True)
    yield home
    Stack(home).down()
    shutil.rmtree(path)


def restored(home: Home, file: Path) -> contents.Manifest:
    with file.open("rb") as opened:
        return restore.restore(home, opened, file.name)


def test_it_comes_back_with_its_secrets_and_without_what_came_later(
    system: Stack, passwords: dict[str, str], backup: Backup, empty: Home
) -> None:
    file, backups = backup
    for name in ("trading", "billing"):
        query(system.home, name, passwords[name], name, "INSERT INTO noted VALUES (2)")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in backups.iterdir()] == [file.name], "nothing else is left there"
    with tarfile.open(file) as archive:
        assert f"secrets/{make.OPERATOR_SHOWN}" not in archive.getnames(), "root's, where root ran make up"
    manifest = restored(empty, file)
    assert manifest.begun_at < manifest.ended_at
    assert secrets.load(empty) == passwords
    for path in empty.secrets.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) in (0o600, 0o700)
    Stack(empty).backing_up()
    for name in ("trading", "billing"):
        assert query(empty, name, passwords[name], name, "SELECT n FROM noted") == [(1,)]
    query(empty, "trading", passwords["trading"], "trading", "INSERT INTO noted VALUES (3)")
    with pytest.raises(CommandError, match="a backup goes into an empty one"):
        restored(empty, file)


def changed(file: Path, change: Callable[[str, bytes], Any]) -> io.BytesIO:
    """The file, with each member as ``change`` has it; None leaves one out."""
    made = io.BytesIO()
    with tarfile.open(file) as old, tarfile.open(fileobj=made, mode="w") as new:
        for member in old:
            content = change(member.name, old.extractfile(member).read())  # type: ignore[union-attr]
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    made.seek(0)
    return made


def with_manifest(file: Path, **values: Any) -> io.BytesIO:
    """The file, saying other things of itself, its digest right."""
    with tarfile.open(file) as archive:
        text = archive.extractfile("manifest.json").read()  # type: ignore[union-attr]
    other = json.dumps(json.loads(text) | values).encode()
    replaced = {"manifest.json": other, "manifest.sha256": sha256(other).hexdigest().encode()}
    return changed(file, lambda name, content: replaced.get(name, content))


def refuses(home: Home, file: io.BytesIO, match: str) -> None:
    with pytest.raises(CommandError, match=match):
        restore.restore(home, file, "b.tar")
    assert not postgres.data_folder(home).exists()
    assert not list(home.secrets.iterdir())
    assert not (home.root / ".restoring").exists()


def test_what_is_no_whole_backup_is_refused(backup: Backup, empty: Home) -> None:
    file, _ = backup
    whole = file.read_bytes()
    refuses(empty, io.BytesIO(b""), "b.tar is not a backup of Birzha")
    refuses(empty, io.BytesIO(b"PK\3\4" * 1000), "is not a backup of Birzha")
    refuses(empty, changed(file, lambda name, content: None if name == "manifest.json" else content), "not a")
    for part in (0.2, 0.6, 0.97):
        refuses(empty, io.BytesIO(whole[: int(len(whole) * part)]), "is damaged")
    for missing in ("cluster/base.tar.gz", "cluster/backup_manifest", "secrets/passwords.json"):
        left_out = changed(file, lambda name, content, no=missing: None if name == no else content)
        refuses(empty, left_out, f"{missing} is missing")
    extra = changed(file, lambda name, content: content)
    with tarfile.open(fileobj=extra, mode="a") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    extra.seek(0)
    refuses(empty, extra, r"\.\./outside is not one of its parts")


def test_a_changed_byte_of_any_part_is_noticed(backup: Backup, empty: Home) -> None:
    file, _ = backup
    random = Random(19)

    def flip(name: str, content: bytes, of: str) -> bytes:
        at = random.randrange(len(content))
        other = bytes([content[at] ^ 1])
        return content[:at] + other + content[at + 1 :] if name == of else content

    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert {"manifest.json", "cluster/pg_wal.tar.gz", "secrets/passwords.json"} <= set(names)
    for of in names:
        broken = changed(file, lambda name, content, of=of: flip(name, content, of))
        refuses(empty, broken, "is damaged: .* is not as it was written")


def test_what_another_version_or_machine_made_is_refused(backup: Backup, empty: Home) -> None:
    file, _ = backup
    refuses(empty, with_manifest(file, format=2), "made by a newer version of Birzha")
    refuses(empty, with_manifest(file, kind="a tarball"), "is not a backup of Birzha")
    refuses(empty, with_manifest(file, postgres="17.2"), "made with PostgreSQL 17, this is 18")
    refuses(empty, with_manifest(file, machine="s390x"), "a machine of another kind")
    newer = {"billing": ["ledger.0001_initial", "ledger.9999_of_tomorrow"]}
    refuses(
        empty, with_manifest(file, migrations=newer), "billing does not know the migration ledger.9999_of"
    )


def test_what_a_canary_left_in_a_database_is_no_reason_to_refuse(
    system: Stack, passwords: dict[str, str], tmp_path: Path, empty: Home
) -> None:
    owner = (system.home, "market_owner", passwords["market_owner"], "market")
    rows = "('venue', '0001_initial'), ('venue', '0900_of_a_canary')"
    query(*owner, f"CREATE TABLE django_migrations AS SELECT * FROM (VALUES {rows}) AS of_canary (app, name)")
    try:
        file = make.make(system.home, tmp_path)
    finally:
        query(*owner, "DROP TABLE django_migrations")
    assert restored(empty, file).migrations["market"] == ["venue.0001_initial"]


def test_a_folder_inside_the_system_or_of_somebody_else_is_refused(system: Stack, folder: Path) -> None:
    from compose.local.backup.folder import chosen_folder

    with pytest.raises(CommandError, match="would be lost with it"):
        chosen_folder(system.home, {"BIRZHA_BACKUPS": str(system.home.root / "data")})
    assert chosen_folder(system.home, {}) == system.home.root.with_name("home-backups")
    assert chosen_folder(system.home, {"BIRZHA_BACKUPS": str(folder)}) == folder.resolve()


def test_only_this_systems_oldest_are_removed(system: Stack, tmp_path: Path) -> None:
    own = [tmp_path / f"birzha-{system.home.tag[:8]}-2026-01-0{day}T000000Z.tar" for day in range(1, 5)]
    other = tmp_path / "birzha-00000000-2026-01-01T000000Z.tar"
    for path in (*own, other):
        path.touch()
    assert folder.prune(system.home, tmp_path, 3) == own[:1]
    assert folder.backups_of(system.home, tmp_path) == own[1:]
    assert other.exists()


def test_one_is_made_when_it_is_due_and_the_oldest_goes(
    system: Stack, backup: Backup, tmp_path: Path
) -> None:
    day = timedelta(hours=24)
    older = tmp_path / f"birzha-{system.home.tag[:8]}-2026-01-01T000000Z.tar"
    shutil.copy(backup[0], older)
    new = schedule.step(system.home, tmp_path, day, 1)
    assert new is not None
    assert folder.backups_of(system.home, tmp_path) == [new], "the older one is gone"
    assert schedule.step(system.home, tmp_path, day, 1) is None, "none is due"
    system.home.write_state(backups=str(tmp_path))
    try:
        assert folder.latest(system.home) == f"latest backup: {new}, 0 hours ago"
        new.rename(older)
        assert folder.latest(system.home).endswith(" DAYS ago")
    finally:
        (system.home.root / "state.json").unlink()


def test_prometheus_reads_how_old_the_latest_is(system: Stack, tmp_path: Path) -> None:
    registry, day = CollectorRegistry(), timedelta(hours=24)
    registry.register(
        schedule.BackupAgeCollector(system.home, tmp_path, day, datetime.now(UTC) - timedelta(hours=1))
    )
    served = MetricsSocket(str(tmp_path / "b.sock"), registry)
    served.start()

    def told(name: str) -> float:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(tmp_path / "b.sock"))) as client:
            return float(
                re.findall(rf"^{name} (\S+)$", client.get("http://backups/metrics").text, re.MULTILINE)[0]
            )

    try:
        assert told("birzha_backup_interval_seconds") == 86400
        assert told("birzha_backups") == 0
        assert told("birzha_backup_age_seconds") >= 3600, "none yet: as old as the setting that asks for one"
        file = tmp_path / f"birzha-{system.home.tag[:8]}-{datetime.now(UTC) - 2 * day:%Y-%m-%dT%H%M%SZ}.tar"
        file.write_bytes(b"123")
        assert told("birzha_backup_age_seconds") >= 2 * 86400
        assert (told("birzha_backups"), told("birzha_backup_bytes")) == (1, 3)
    finally:
        served.close()


def test_a_process_makes_them_where_it_is_wished_and_a_copy_delivers_nothing(
    empty: Home, tmp_path: Path
) -> None:
    def names(home: Home) -> set[str]:
        return {process.name for process in processes.every_process(home)}

    assert "backups" not in names(empty)
    empty.write_state(backup_every_h="24")
    assert names(empty) >= {"backups", "notification-delivery"}
    assert "compose.local.backup.schedule" in processes.command(empty, processes.find(empty, "backups"))
    assert "[group:backups]" in processes.write_configuration(empty).read_text(encoding="utf-8")
    copy = Home.at(tmp_path / "copy")
    copy.create(for_drill=True)
    assert "notification" in names(copy)
    assert not names(copy) & {"notification-delivery", "backups"}


def test_a_page_that_the_disk_has_changed_is_noticed_while_it_is_copied(
    system: Stack, passwords: dict[str, str], backup: Backup
) -> None:
    """A backup of damaged data is none: it would be found out when it is needed."""
    owner = (system.home, "user_owner", passwords["user_owner"], "user")
    superuser = (system.home, "postgres", passwords["postgres"], "user")
    query(*owner, "CREATE TABLE rotten AS SELECT generate_series(1, 1000) AS n")
    try:
        query(*superuser, "CHECKPOINT")
        (relative,) = query(*superuser, "SELECT pg_relation_filepath('rotten')")[0]
        page = postgres.data_folder(system.home) / relative
        with page.open("r+b") as file:
            file.seek(4000)
            old = file.read(8)
            file.seek(4000)
            file.write(bytes(byte ^ 0xFF for byte in old))
        with pytest.raises(CommandError, match="checksum"):
            make.make(system.home, backup[1])
        assert len(list(backup[1].iterdir())) == 1, "nothing is left of it"
        with page.open("r+b") as file:
            file.seek(4000)
            file.write(old)
    finally:
        query(*owner, "DROP TABLE rotten")


def test_a_system_that_is_down_has_none(empty: Home, tmp_path: Path) -> None:
    secrets.load(empty)
    with pytest.raises(CommandError, match="not running"):
        make.make(empty, tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(psycopg2.OperationalError):
        databases.connect(empty, role="postgres", password="x")
    assert os.listdir(empty.data) == []
