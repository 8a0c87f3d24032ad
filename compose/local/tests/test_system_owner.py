"""What root starts is somebody else's: who that is, and how it passes through private folders."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from compose.local import system_owner
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home
from servicekit.privileges import TRAVERSE_GID
from servicekit.testing.waiting import wait

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
NOBODY = 65534


@pytest.fixture
def home(folder: Path) -> Home:
    home = Home.at(folder / "home")
    system_owner.prepare(home)
    return home


def rights() -> tuple[tuple[int, ...], tuple[int, ...], list[int], set[str]]:
    lines = Path("/proc/self/status").read_text().splitlines()
    held = {line.split()[1] for line in lines if line.startswith(("CapPrm", "CapEff", "CapAmb"))}
    return os.getresuid(), os.getresgid(), os.getgroups(), held


def test_an_action_of_roots_is_the_homes_owners(home: Home) -> None:
    owner = home.root.stat()
    assert owner.st_uid != 0
    uids, gids, groups, held = system_owner.as_owner(home, rights)
    assert uids == (owner.st_uid,) * 3
    assert gids == (owner.st_gid,) * 3
    assert groups == [TRAVERSE_GID]
    assert held == {"0" * 16}
    assert os.geteuid() == 0  # the caller still is root


def test_no_setuid_program_gives_anything_back(home: Home) -> None:
    command = ["grep", "NoNewPrivs", "/proc/self/status"]
    output = system_owner.as_owner(
        home, lambda: subprocess.run(command, capture_output=True, text=True).stdout
    )
    assert output.split()[1] == "1"


def listen(port: int) -> int:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        return int(listener.getsockname()[1])


def test_a_low_port_is_all_that_may_be_kept(home: Home) -> None:
    limit = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if int(limit.read_text()) > 982:
        with pytest.raises(PermissionError):
            system_owner.as_owner(home, lambda: listen(982))
    assert system_owner.as_owner(home, lambda: listen(982), port=982) == 982
    with pytest.raises(PermissionError):
        system_owner.as_owner(home, lambda: Path("/etc/shadow").read_text(), port=982)


def test_what_goes_wrong_is_reported_to_the_caller(home: Home) -> None:
    def fails() -> None:
        raise CommandError("no space")

    with pytest.raises(CommandError, match="no space"):
        system_owner.as_owner(home, fails)


def test_an_interrupted_command_ends_its_work_first(home: Home) -> None:
    code = (
        "import sys, time; from pathlib import Path; from compose.local import system_owner; "
        "from compose.local.paths import Home; home = Home.at(sys.argv[1])\n"
        "def work():\n"
        "    try:\n        (home.root / 'begun').touch(); time.sleep(60)\n"
        "    except KeyboardInterrupt:\n        time.sleep(0.5); (home.root / 'ended').touch(); raise\n"
        "system_owner.as_owner(home, work)"
    )
    caller = subprocess.Popen([sys.executable, "-c", code, str(home.root)], cwd=ROOT, stderr=subprocess.PIPE)
    wait((home.root / "begun").exists)
    caller.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in caller.communicate(timeout=20)[1]
    assert (home.root / "ended").exists()


def test_an_interrupt_at_the_moment_of_the_fork_leaves_nobody_at_work(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork = os.fork

    def interrupted() -> int:
        child = fork()
        if child:
            os.kill(os.getpid(), signal.SIGINT)
        return child

    before = set(psutil.Process().children())
    monkeypatch.setattr(os, "fork", interrupted)
    with pytest.raises(KeyboardInterrupt):
        system_owner.as_owner(home, lambda: time.sleep(20))
    assert set(psutil.Process().children()) == before


def test_a_private_folder_lets_the_group_pass_and_nothing_more(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private, code = folder / "private", folder / "private" / "code"
    private.mkdir(mode=0o700)
    code.mkdir(mode=0o700)
    folder.chmod(0o711)
    system_owner.allow_traversal(code, (NOBODY, NOBODY))
    for path, mode in ((private, 0o710), (code, 0o750)):
        found = path.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (mode, 0, TRAVERSE_GID)
    assert f"{private} is private" in capsys.readouterr().out
    system_owner.allow_traversal(code, (NOBODY, NOBODY))
    assert capsys.readouterr().out == ""  # it is open, and said once


def test_a_folder_that_a_group_uses_is_left_alone(folder: Path) -> None:
    shared = folder / "shared"
    shared.mkdir()
    os.chown(shared, 0, 4)
    shared.chmod(0o750)
    with pytest.raises(CommandError, match=r"chmod o\+rx"):
        system_owner.allow_traversal(shared, (NOBODY, NOBODY))
    assert (stat.S_IMODE(shared.stat().st_mode), shared.stat().st_gid) == (0o750, 4)


def test_a_home_that_root_had_is_given_whole_and_nothing_that_it_links_to(folder: Path) -> None:
    home = Home.at(folder / "old")
    home.create()
    (home.data / "redis").mkdir()
    (home.data / "redis" / "file").touch()
    outside = folder / "outside"
    outside.touch()
    (home.data / "link").symlink_to(outside)
    system_owner.prepare(home)
    owner = home.root.stat().st_uid
    assert owner != 0
    assert {path.lstat().st_uid for path in home.root.rglob("*")} == {owner}
    assert outside.stat().st_uid == 0


def test_a_home_of_somebody_elses_stays_theirs(folder: Path) -> None:
    home = Home.at(folder / "theirs")
    home.create()
    os.chown(home.root, 12345, 12345)
    system_owner.prepare(home)
    assert home.root.stat().st_uid == 12345
    assert system_owner.as_owner(home, os.getuid) == 12345


def test_a_folder_with_other_things_in_it_is_not_given_away(folder: Path) -> None:
    (folder / "mine").touch()
    system_owner.prepare(Home.at(folder))
    assert folder.stat().st_uid == 0
