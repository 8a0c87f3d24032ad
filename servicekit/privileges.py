"""Root becomes an unprivileged user for good. Standard library only.

What root starts runs as the owner of the system's folder, without capabilities: see docs/adr/0033.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from pathlib import Path

#: A group that nobody is a member of and no account has; only a process that drops its privileges gets it. A
#: private folder on the way to the code lets it pass, and no one else. (Debian and systemd leave it free.)
TRAVERSE_GID = 60800

CAP_NET_BIND_SERVICE = 10
_PR_SET_KEEPCAPS, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 8, 38, 47
_AMBIENT_RAISE, _AMBIENT_CLEAR = 2, 4
_CAPABILITY_VERSION_3 = 0x20080522


def drop_privileges(uid: int, gid: int, *, home: Path, low_ports: bool = False) -> None:
    """Become ``uid``; there is no way back, for this process and all that it starts.

    Args:
        uid: not 0.
        gid: its own group; :data:`TRAVERSE_GID` comes beside it.
        home: what ``HOME`` is from now on.
        low_ports: keep the right to listen below port 1024 (Linux), until :func:`drop_capabilities`.

    Raises:
        OSError: not root, or the kernel does not drop a right.
    """
    keep = low_ports and sys.platform == "linux"
    if keep:
        _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([TRAVERSE_GID])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if keep:
        _only_capability(CAP_NET_BIND_SERVICE)
        _prctl(_PR_CAP_AMBIENT, _AMBIENT_RAISE, CAP_NET_BIND_SERVICE)
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)  # no setuid program gives anything back
    os.environ["HOME"] = str(home)
    for name in ("TMPDIR", "USER", "LOGNAME", "XDG_RUNTIME_DIR"):
        os.environ.pop(name, None)
    tempfile.tempdir = None


def become_owner(home: Path) -> None:
    """Become the owner of a folder, when root calls and the owner is somebody else."""
    if os.geteuid() == 0 and home.is_dir() and (owner := home.stat()).st_uid:
        drop_privileges(owner.st_uid, owner.st_gid, home=home)


def drop_capabilities() -> None:
    """What is executed next has no capability, whatever this process had (unless root)."""
    if sys.platform == "linux" and os.geteuid():
        _prctl(_PR_CAP_AMBIENT, _AMBIENT_CLEAR)


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, *padded):
        raise OSError(ctypes.get_errno(), f"prctl({option}): {os.strerror(ctypes.get_errno())}")


def _only_capability(number: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    bits = 1 << number  # below 32: the first three of effective, permitted, inheritable × low, high
    data = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(ctypes.byref(header), ctypes.byref(data)):
        raise OSError(ctypes.get_errno(), f"capset: {os.strerror(ctypes.get_errno())}")
