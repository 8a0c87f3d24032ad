"""``python -m compose.demo``: ends non-zero with one sentence when anything is wrong.

The address is BIRZHA_URL, or that of the system in BIRZHA_HOME. With MARKET=rub, or another market, a system
that has it is started beside that one, and taken away after the story.
"""

from __future__ import annotations

import os
import sys

import httpx

from compose.demo.client import DemoFailed
from compose.demo.story import Story
from compose.local.console import CommandError, say
from compose.local.paths import Home

#: What the smallest unit of a currency is called, where it is no cent.
SMALLEST = {"RUB": "kopeck"}


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
        if market := os.environ.get("MARKET", "").strip():
            from compose.demo.beside import system_with  # needs what `make up` needs

            with system_with(market, os.environ.get("BIRZHA_MARKET_OPTIONS", "")) as address:
                return walk(address)
        return walk(address_of_system())
    except CommandError as wrong:
        print(f"\nFAILED: {wrong}", file=sys.stderr)
        return 1


def walk(address: str) -> int:
    """Walk through one system; 0 when everything was right."""
    story = Story(address)
    say(f"Birzha at {address}")
    try:
        story.run()
    except DemoFailed as wrong:
        print(f"\nFAILED: {wrong}", file=sys.stderr)
        return 1
    except httpx.TransportError as error:
        print(f"\nFAILED: {address} does not answer ({error}).", file=sys.stderr)
        return 1
    say(f"Everything is correct, to the {SMALLEST.get(story.currency, 'cent')}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
