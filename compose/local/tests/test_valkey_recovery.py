"""Every kind of damage to Valkey's files ends in a server that serves, and in files that are kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis

from compose.local import valkey, valkey_recovery
from compose.local.paths import Home
from compose.local.stack import Stack
from servicekit.testing.waiting import wait

Damage = Callable[[Path], object]


def files(folder: Path, pattern: str) -> Path:
    return max((folder / "appendonlydir").glob(pattern))


def cut(pattern: str, by: float) -> Damage:
    """Keep a part of a file."""

    def damage(folder: Path) -> None:
        file = files(folder, pattern)
        os.truncate(file, int(file.stat().st_size * by))

    return damage


def overwrite(pattern: str, what: bytes, at: float = 0.5) -> Damage:
    def damage(folder: Path) -> None:
        file = files(folder, pattern)
        with file.open("r+b") as opened:
            opened.seek(int(file.stat().st_size * at))
            opened.write(what)

    return damage


def remove(pattern: str) -> Damage:
    return lambda folder: files(folder, pattern).unlink()


def instead(pattern: str, make: Callable[[Path], object]) -> Damage:
    """Something else where a file was."""

    def damage(folder: Path) -> None:
        file = files(folder, pattern) if pattern else folder / "appendonlydir"
        shutil.rmtree(file) if file.is_dir() else file.unlink()
        make(file)

    return damage


def manifest(text: str) -> Damage:
    return lambda folder: files(folder, "*.manifest").write_text(text)


def owned_by(pattern: str, uid: int) -> Damage:
    """Somebody else's, and closed."""

    def damage(folder: Path) -> None:
        path = files(folder, pattern) if pattern else folder / "appendonlydir"
        path.chmod(0)
        if os.getuid() == 0:
            os.chown(path, uid, uid)

    return damage


#: Only an unprivileged server minds.
CLOSED = ("incr somebody else's", "folder somebody else's")
BASE, INCR, MANIFEST = "*.base.rdb", "*.incr.aof", "*.manifest"
NOT_THERE = "file appendonly.aof.9.base.rdb seq 9 type b\nfile appendonly.aof.9.incr.aof seq 9 type i\n"
DAMAGE: dict[str, Damage] = {
    "base cut": cut(BASE, 0.5),
    "base empty": cut(BASE, 0),
    "base gone": remove(BASE),
    "base with garbage": overwrite(BASE, b"\xff\x00garbage\xff" * 3),
    "base with a bad checksum": overwrite(BASE, b"\x01\x02\x03\x04\x05\x06\x07\x08", at=0.999),
    "base of a newer version": overwrite(BASE, b"REDIS9999", at=0),
    "base a folder": instead(BASE, Path.mkdir),
    "base a pipe": instead(BASE, os.mkfifo),
    "base a dangling link": instead(BASE, lambda file: file.symlink_to("/nowhere")),
    "incr with garbage": overwrite(INCR, b"\x00" * 400),
    "incr gone": remove(INCR),
    "incr a folder": instead(INCR, Path.mkdir),
    "incr somebody else's": owned_by(INCR, 12345),
    "manifest gone": remove(MANIFEST),
    "manifest empty": cut(MANIFEST, 0),
    "manifest with garbage": manifest("\x00\xff garbage\n"),
    "manifest cut": cut(MANIFEST, 0.5),
    "manifest names what is not there": manifest(NOT_THERE),
    "manifest leads out": manifest("file ../../../secret seq 1 type b\n"),
    "manifest a folder": instead(MANIFEST, Path.mkdir),
    "folder a file": instead("", lambda path: path.write_text("x")),
    "folder somebody else's": owned_by("", 12345),
    "folder a dangling link": instead("", lambda path: path.symlink_to("/nowhere")),
}


@contextmanager
def running(folder: Path) -> Iterator[redis.Redis]:
    """A server on the data in ``folder``, kept as supervisord keeps it: started anew when it ends."""
    data, log, socket_path = folder / "redis", folder / "redis.log", folder / "s"
    data.mkdir(exist_ok=True)
    for _ in range(3):
        valkey_recovery.recover(server(folder), data, log)
        with log.open("ab") as output:
            process = subprocess.Popen([*server(folder), "--dir", str(data)], stdout=output, stderr=output)
        client, end = redis.Redis(unix_socket_path=str(socket_path)), time.monotonic() + 60
        while process.poll() is None:
            assert time.monotonic() < end
            with suppress(redis.RedisError):
                client.dbsize()  # refused while it is loading
                break
            time.sleep(0.02)
        if process.poll() is None:
            break
    try:
        assert process.poll() is None, log.read_text()[-2000:]
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait()


def server(folder: Path) -> list[str]:
    options = ("--port", "0", "--unixsocket", str(folder / "s"), "--appendonly", "yes", "--save", "")
    return [valkey.command(Home.at(folder / "home"))[0], *options]


def fill(admin: redis.Redis, data: Path) -> None:
    """A base that has entries, and more behind it."""
    for number in range(300):
        admin.set(f"base{number}", "x" * 100)
    admin.bgrewriteaof()
    wait(lambda: not admin.info("persistence")["aof_rewrite_in_progress"])
    wait(lambda: files(data, BASE).stat().st_size >= 1000)
    for number in range(300):
        admin.set(f"incr{number}", "x" * 100)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server with a base and an incremental file has left."""
    folder = tmp_path_factory.mktemp("filled")
    with running(folder) as admin:
        fill(admin, folder / "redis")
    return folder / "redis"


def starts_after(name: str, filled: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="birzha-") as own:
        folder = Path(own)
        data = folder / "redis"
        shutil.copytree(filled, data)
        DAMAGE[name](data)
        with running(folder) as admin:
            assert admin.dbsize() == 0
            assert admin.set("after", "1")
        assert len(valkey_recovery.quarantined(data)) == 1
        with running(folder) as admin:  # what is kept is in nobody's way
            assert admin.get("after") == b"1"
        assert len(valkey_recovery.quarantined(data)) == 1


@pytest.fixture(scope="module")
def damaged(filled: Path) -> Iterator[dict[str, Future[None]]]:
    """What comes of each damage, each in a folder of its own, several at once: they mostly wait."""
    with ThreadPoolExecutor(8) as pool:
        yield {name: pool.submit(starts_after, name, filled) for name in DAMAGE if name not in CLOSED}


@pytest.mark.parametrize("name", [name for name in DAMAGE if name not in CLOSED])
def test_damaged_files_are_kept_and_it_starts_empty(damaged: dict[str, Future[None]], name: str) -> None:
    damaged[name].result()


def test_a_cut_end_is_no_damage(folder: Path, filled: Path) -> None:
    """What a power cut leaves: the last command is gone, the rest stays."""
    data = folder / "redis"
    shutil.copytree(filled, data)
    file = files(data, INCR)
    os.truncate(file, file.stat().st_size - 7)
    with running(folder) as admin:
        assert admin.dbsize() == 599
    assert valkey_recovery.quarantined(data) == []


def test_whole_files_are_read_and_left(folder: Path, filled: Path) -> None:
    shutil.copytree(filled, folder / "redis")
    with running(folder) as admin:
        assert admin.dbsize() == 600
    assert valkey_recovery.quarantined(folder / "redis") == []


@pytest.mark.parametrize("name", [*CLOSED, "base cut"])
def test_a_start_of_the_system_says_it_in_one_sentence(
    system: Stack, passwords: dict[str, str], name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    data = valkey.data_folder(system.home)
    system.backing_up()
    url = valkey.url(system.home, "admin", passwords["redis.admin"])
    with redis.Redis.from_url(url) as admin:
        fill(admin, data)
    system.down()
    before = set(valkey_recovery.quarantined(data))
    DAMAGE[name](data)
    capfd.readouterr()
    system.backing_up()
    with redis.Redis.from_url(url) as admin:
        assert admin.dbsize() == 0
    kept = set(valkey_recovery.quarantined(data)) - before
    assert len(kept) == 1
    assert (
        f"Redis could not read its files, which are kept as {kept.pop()}; it started empty"
        in capfd.readouterr().out
    )


def test_what_stands_in_the_way_is_moved(system: Stack, passwords: dict[str, str]) -> None:
    """A damaged list of users, a folder in its place, a file where the data folder was."""
    data, users = valkey.data_folder(system.home), system.home.etc / "valkey.acl"
    url = valkey.url(system.home, "admin", passwords["redis.admin"])

    def folder_for_users() -> None:
        users.unlink()
        users.mkdir()

    def file_for_data() -> None:
        shutil.rmtree(data)
        data.write_text("x")

    damages: list[Callable[[], object]] = [
        lambda: users.write_text("garbage\n"),
        folder_for_users,
        file_for_data,
    ]
    for damage in damages:
        system.down()
        damage()
        system.backing_up()
        with redis.Redis.from_url(url) as admin:
            assert admin.ping()
    assert list(system.home.data.glob("unreadable-*-redis"))


@pytest.fixture
def loading(folder: Path) -> tuple[Path, Path]:
    """Data that is whole, and the log of a start that did not get as far as to read it."""
    data, log = folder / "redis", folder / "redis.log"
    (data / "appendonlydir").mkdir(parents=True)
    (data / "appendonlydir" / "appendonly.aof.manifest").write_text(
        "file appendonly.aof.1.incr.aof seq 1 type i\n"
    )
    (data / "appendonlydir" / "appendonly.aof.1.incr.aof").touch()
    log.write_bytes(b"1:C * oO0OoO0OoO0Oo Valkey is starting oO0OoO0OoO0Oo\n")
    return data, log


def test_a_start_that_was_killed_sets_nothing_aside(folder: Path, loading: tuple[Path, Path]) -> None:
    assert valkey_recovery.recover(server(folder), *loading) is None
    assert (loading[0] / "appendonlydir").is_dir()


def test_a_server_that_starts_on_nothing_either_sets_nothing_aside(
    folder: Path, loading: tuple[Path, Path]
) -> None:
    """No memory, no space, a wrong setting: the files are not to blame."""
    command = [*server(folder), "--maxmemory", "nonsense"]
    assert valkey_recovery.recover(command, *loading) is None
    assert (loading[0] / "appendonlydir").is_dir()


def test_only_the_latest_are_kept(folder: Path) -> None:
    for _ in range(valkey_recovery.MAX_QUARANTINED + 2):
        (folder / "appendonlydir").mkdir()
        valkey_recovery.quarantine(folder)
    assert len(valkey_recovery.quarantined(folder)) == valkey_recovery.MAX_QUARANTINED
