"""What a person may choose about the machine: values of environment variables, checked."""

from __future__ import annotations

from collections.abc import Callable

from compose.local.console import CommandError

#: The settings, by their variables' names without BIRZHA_ and in small letters.
METRICS_PORT, PAGES_WORKERS = "metrics_port", "pages_workers"
#: More processes of pages than any machine of one gateway can use.
MAX_PAGES_WORKERS = 64


def read(chosen: Callable[[str], str], public_port: int) -> dict[str, str]:
    """Each setting's value; "" is the default: no port of metrics, a process of pages for each two cores.

    Raises:
        CommandError: a value that cannot be.
    """
    port, workers = chosen(METRICS_PORT), chosen(PAGES_WORKERS)
    if port == "off":
        port = ""
    if port and (not (port.isdecimal() and 1024 <= int(port) <= 65535) or int(port) == public_port):
        raise CommandError(
            f"BIRZHA_METRICS_PORT={port} must be a port, 1024–65535, other than the public one, or off."
        )
    if workers and not (workers.isdecimal() and 1 <= int(workers) <= MAX_PAGES_WORKERS):
        raise CommandError(f"BIRZHA_PAGES_WORKERS={workers} must be a whole number, 1–{MAX_PAGES_WORKERS}.")
    return {METRICS_PORT: port, PAGES_WORKERS: workers}
