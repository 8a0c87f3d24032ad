"""Names of cookies: distinct per system, because browsers share cookies between the ports of a host."""

from __future__ import annotations


def cookie_name(name: str, *, system: str, secure: bool) -> str:
    """A cookie's name in one system.

    Args:
        name: what it is for, such as ``session``.
        system: what distinguishes this system from others on the same host; "" for none.
        secure: browsers come by https: then only this very host can set it (the prefix ``__Host-``).
    """
    own = f"birzha_{name}_{system}" if system else f"birzha_{name}"
    return f"__Host-{own}" if secure else own
