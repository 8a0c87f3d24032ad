"""The messengers that users may be reached by: those of apprise whose host is not the user's choice."""

from __future__ import annotations

from importlib.util import find_spec

#: Apprise's names (the beginnings of its addresses) of services that are at one host each.
USUAL = ("discord", "gchat", "pbul", "pover", "slack", "tgram")


def messengers(more: str) -> tuple[str, ...]:
    """What is offered: none where apprise is not installed.

    Args:
        more: other names, separated by commas, that an operator trusts: their hosts stand in the address.
    """
    if find_spec("apprise") is None:
        return ()
    return tuple(sorted({*USUAL, *(name.strip() for name in more.split(",") if name.strip())}))
