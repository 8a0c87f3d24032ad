"""A system beside the others for a demo of another market, gone after it: ``make demo MARKET=rub``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from compose.local.console import CommandError, say
from compose.local.market_choice import MarketChoice
from compose.local.paths import ROOT, Home
from compose.local.settings import Settings, free_port
from compose.local.stack import Stack

FOLDER = ROOT / ".birzha-demo"


@contextmanager
def system_with(market: str, options: str = "") -> Iterator[str]:
    """The address of a system that has this market: the running one, else a new one of its own.

    Args:
        market: ``usd``, ``eur``, ``rub`` or a folder, as BIRZHA_MARKET has it.
        options: of its import, as BIRZHA_MARKET_OPTIONS has them.

    Raises:
        CommandError: the market cannot be, or its system does not come up.
    """
    wanted = MarketChoice.read({"BIRZHA_MARKET": market}, {})
    here = Home.here()
    if here.read_state().get("market") == wanted.market and Stack(here).is_up():
        yield str(here.read_state()["url"])
        return
    stack = Stack(Home.at(FOLDER))
    if FOLDER.exists() and any(FOLDER.iterdir()):
        stack.reset()
    chosen = {"BIRZHA_MARKET": market, "BIRZHA_MARKET_OPTIONS": options, "BIRZHA_PORT": str(free_port())}
    say(f"Starting a system with the market {market} in {FOLDER}; it goes away again at the end.")
    try:
        stack.up(Settings.read(stack.home, chosen))
        yield str(stack.home.read_state()["url"])
    finally:
        if stack.home.is_ours():
            try:
                stack.reset()
            except CommandError as error:
                say(f"It could not be taken away: {error}")
