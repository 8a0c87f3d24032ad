"""``python -m compose.demo``: ends non-zero with one sentence when anything is wrong.

The address is BIRZHA_URL, or that of the system in BIRZHA_HOME.
"""

from __future__ import annotations

import os
import sys

import httpx

from compose.demo.client import DemoFailed
from compose.demo.story import Story
from compose.local.console import CommandError, say
from compose.local.paths import Home


def address_of_system() -> str:
    """BIRZHA_URL, or where the system in BIRZHA_HOME listens.

    Raises:
        CommandError: no system was ever started there.
    """
    url = os.environ.get("BIRZHA_URL") or Home.here().read_state().get("url")
    if not url:
        raise CommandError("No system is running: run make up first, or set BIRZHA_URL.")
    return str(url)


def main() -> int:
    """Walk; 0 when everything was right."""
    try:
        address = address_of_system()
        say(f"Birzha at {address}")
        Story(address).tell()
    except (DemoFailed, CommandError) as wrong:
        print(f"\nFAILED: {wrong}", file=sys.stderr)
        return 1
    except httpx.TransportError as error:
        print(f"\nFAILED: {address} does not answer ({error}).", file=sys.stderr)
        return 1
    say("Everything is correct, to the cent.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
