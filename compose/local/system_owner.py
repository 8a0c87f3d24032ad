"""Who runs a system that root starts: the owner of its folder, never root. See docs/adr/0033.

A folder that root makes belongs to the user ``birzha`` when the machine has one, else to ``nobody``.
For anybody but root this module does nothing: then a system runs as whoever started it.
"""

from __future__ import annotations

import grp
import os
import pickle
import pwd
import signal
import stat
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from compose.local import orphans
from compose.local.console import CommandError, say
from compose.local.paths import ROOT, VENV, Home
from servicekit.privileges import TRAVERSE_GID, drop_privileges

#: The first of these that the machine has runs what root starts.
USERS = ("birzha", "nobody")

T = TypeVar("T")


def as_owner(home: Home, action: Callable[[], T], *, port: int = 0) -> T:
    """Run ``action`` as the owner of the system's folder: in a child of this process when root calls.

    Args:
        port: what it will listen on; below 1024 it keeps the right to do so.

    Returns:
        What it returned, which must be picklable.

    Raises:
        BaseException: what it raised.
    """
    owner = _owner(home)
    if os.geteuid() != 0 or owner is None:
        return action()
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    # An interrupt waits until each of the two is ready for it: else the child might never hear of it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    child = os.fork()
    if child == 0:
        _run_child(
            action,
            writing,
            before,
            lambda: drop_privileges(*owner, home=home.root, low_ports=0 < port < 1024),
        )
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = _read(pipe, child, before)
    os.waitpid(child, 0)
    if not answer:
        raise CommandError("The command exited without a message.")
    good, result = pickle.loads(answer)
    if not good:
        raise result
    value: T = result
    return value


def prepare(home: Home) -> None:
    """Before a start by root: give the system's folder to its user, who can reach it and the code.

    Raises:
        CommandError: the machine has no such user, or a folder on the way cannot let it pass.
    """
    if os.geteuid() != 0:
        return
    if _owner(home) is None and (not home.root.exists() or home.is_ours() or not any(home.root.iterdir())):
        if running := orphans.of_system(home):
            if any(process.name() == "supervisord" for process in running):
                return  # begun by an older version, as root: it goes on until make down
            orphans.end(running)
        _give_to_user(home)
    owner = _owner(home)
    if owner is None:
        return
    interpreter = Path(sys.executable).resolve()
    for path in (ROOT, VENV.resolve(), interpreter.parent, home.root):
        allow_traversal(path, owner)
    _require_readable(
        ROOT / "compose" / "system" / "services.py", ROOT / "gateway" / "gateway.yaml", VENV / "pyvenv.cfg"
    )
    _make_executable()


def allow_traversal(path: Path, owner: tuple[int, int]) -> None:
    """Let the unprivileged user read the folder ``path`` and pass through those above it; says so.

    A folder that is closed to others is given to the group :data:`TRAVERSE_GID`, of which nobody else is a
    member: those on the way to pass through and not to list, ``path`` itself to read, too (Python lists it).
    A folder that another group uses is left alone.

    Raises:
        CommandError: a folder on the way is another group's and closed to others.
    """
    for folder in reversed((path, *path.parents)):
        found = folder.stat()
        mode = stat.S_IMODE(found.st_mode)
        wanted = 0o5 if folder == path else 0o1
        belongs = 6 if found.st_uid == owner[0] else 3 if found.st_gid in (TRAVERSE_GID, owner[1]) else 0
        if mode >> belongs & wanted == wanted:
            continue
        if mode & stat.S_IRWXG and found.st_gid != TRAVERSE_GID and (found.st_gid or grp.getgrgid(0).gr_mem):
            raise CommandError(
                f"{folder} is closed to uid {owner[0]}, who runs what root starts, and belongs to a group: "
                f"allow access (chmod o+rx {folder}), or start Birzha as an ordinary user."
            )
        os.chown(folder, -1, TRAVERSE_GID)
        folder.chmod(mode & ~stat.S_IRWXG | wanted << 3)
        say(f"- {folder} is private: Birzha's processes (group {TRAVERSE_GID}) may now pass through it")


def _require_readable(*files: Path) -> None:
    for file in files:
        if (
            not file.stat().st_mode & stat.S_IROTH
            or not file.parent.stat().st_mode & stat.S_IXOTH | stat.S_IXGRP
        ):
            raise CommandError(
                f"Only root can read {file}, and what root starts does not run as root: let others "
                f"read the code (chmod -R go+rX {ROOT}), or start Birzha as an ordinary user."
            )


def _owner(home: Home) -> tuple[int, int] | None:
    """Uid and gid of the folder's owner; None for root and when there is no folder."""
    try:
        found = home.root.stat()
    except FileNotFoundError:
        return None
    return (found.st_uid, found.st_gid) if found.st_uid else None


def _give_to_user(home: Home) -> None:
    """Make the folder if need be, and make everything in it the unprivileged user's."""
    user = next((user for name in USERS if (user := _user(name))), None)
    if user is None:
        raise CommandError(
            "What root starts runs as the user birzha or nobody, and this machine has neither: "
            "create one (useradd --system birzha), or start Birzha as an ordinary user."
        )
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder, folders, files in os.walk(home.root):
        for name in (*folders, *files):
            os.chown(Path(folder, name), user.pw_uid, user.pw_gid, follow_symlinks=False)
    os.chown(home.root, user.pw_uid, user.pw_gid)


def _user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make_executable() -> None:
    """What cannot be done without root's rights on the environment."""
    from gateway.runtime.nginx import binary

    binary()


def _run_child(
    action: Callable[[], T], writing: int, signals: Iterable[int], drop: Callable[[], None]
) -> None:
    """In the child: run it, send what came of it, end."""
    os.setsid()  # Ctrl-C reaches it once, by way of its parent
    answer: tuple[bool, object]
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        _drop_privileges(drop)
        answer = (True, action())
    except BaseException as error:
        answer = (False, error)
    try:
        sent = pickle.dumps(answer)
    except Exception:
        sent = pickle.dumps((False, RuntimeError(f"{type(answer[1]).__name__}: {answer[1]}")))
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(sent)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _drop_privileges(drop: Callable[[], None]) -> None:
    try:
        drop()
    except OSError as error:
        raise CommandError(
            f"Root cannot become an unprivileged user here ({error.strerror}): "
            "start Birzha as an ordinary user."
        ) from error


def _read(pipe: object, child: int, signals: Iterable[int]) -> bytes:
    """What the child sends before it ends; an interrupted parent interrupts it once and waits on."""
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        return pipe.read()  # type: ignore[attr-defined,no-any-return]
    except BaseException:
        os.kill(child, signal.SIGINT)
        pipe.read()  # type: ignore[attr-defined]
        os.waitpid(child, 0)
        raise
