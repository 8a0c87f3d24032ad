"""Values of settings, checked: each as it was given, or the sentence that says what it must be."""

from __future__ import annotations

from compose.local.console import CommandError


def quota(name: str, text: str) -> str:
    """A number a day, ``off``, or "".

    Raises:
        CommandError: another value.
    """
    if text and text != "off" and not (text.isdecimal() and 0 < int(text) < 2**31 - 1):
        raise CommandError(f"BIRZHA_{name.upper()}={text} must be a whole number above zero, or off.")
    return text


def one_of(name: str, text: str, *values: str) -> str:
    """One of these, or "".

    Raises:
        CommandError: another value.
    """
    if text not in ("", *values):
        raise CommandError(f"BIRZHA_{name.upper()}={text}: it is either {' or '.join(values)}.")
    return text


def rate_limits(text: str) -> float | None:
    """By how much the gateway's limits are multiplied; None turns them off.

    Raises:
        CommandError: another value.
    """
    from gateway.runtime.render import factor

    try:
        return factor(text)
    except ValueError:
        raise CommandError(f"BIRZHA_RATE_LIMITS={text} must be a number above zero, or off.") from None
