"""Settings of this machine: the process's environment, then ``$BIRZHA_HOME/etc/<service>.env``.

The local runner writes that file, so that a management command typed by hand finds the running system.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

REPOSITORY = Path(__file__).resolve().parents[2]
#: Where a system is whose environment does not say.
PUBLIC_URL = "http://127.0.0.1:8000"
#: A PostgreSQL from which nothing is heard is asked after 10 s whether it is there, and given up after 25 s;
#: one that acknowledges nothing, after 20 s (in ms). The kernel's defaults are 2 h and 15 min. Sockets of
#: this machine need neither.
TCP_TIMEOUTS = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def libpq_place(host: str, port: str, authorities: str = "") -> dict[str, Any]:
    """Where PostgreSQL is, and when it is given up, as libpq has it.

    Args:
        host, port: of each several if there are replicas: ``a,b`` and ``5432,5432``.
        authorities: the file that its certificate is checked by; "": it is not spoken to by TLS.
    """
    place = {
        "host": host,
        "port": port,
        # of several hosts the one that is the primary now; never a replica, which may be behind
        "target_session_attrs": "primary",
        **TCP_TIMEOUTS,
    }
    return place | ({"sslmode": "verify-full", "sslrootcert": authorities} if authorities else {})


class Environment:
    """Values of one service: the process's environment, then its ``.env`` file."""

    def __init__(self, name: str) -> None:
        self.name = name
        home = Path(os.environ.get("BIRZHA_HOME") or REPOSITORY / ".birzha")
        self.file = home / "etc" / f"{name}.env"
        self._values: dict[str, str] = {}
        if self.file.is_file():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                key, separator, value = line.partition("=")
                if separator and not line.startswith("#"):
                    self._values[key.strip()] = value.strip()

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        return os.environ.get(key, self._values.get(key, default))

    def require(self, key: str) -> str:
        """The value.

        Raises:
            ImproperlyConfigured: it is nowhere; says where it was looked for.
        """
        value = self.get(key)
        if not value:
            raise ImproperlyConfigured(
                f"{key} is not set, neither in the environment nor in {self.file}. "
                "Is the system set up (make up), or should BIRZHA_HOME point elsewhere?"
            )
        return value

    @property
    def database(self) -> dict[str, Any]:
        """Where PostgreSQL is, see :func:`libpq_place`; by TLS if there is a BIRZHA_DATABASE_CA.

        Raises:
            ImproperlyConfigured: nothing says where it is.
        """
        host, port = self.require("BIRZHA_DATABASE_HOST"), self.get("BIRZHA_DATABASE_PORT", "5432")
        return libpq_place(host, port, self.get("BIRZHA_DATABASE_CA"))

    @property
    def public_url(self) -> str:
        """How browsers reach the system."""
        return self.get("BIRZHA_PUBLIC_URL", PUBLIC_URL)

    @property
    def debug(self) -> bool:
        """Whether errors show code and settings: BIRZHA_DEBUG=1, which `make dev` sets.

        Raises:
            ImproperlyConfigured: others than this machine's own browsers could see them.
        """
        if self.get("BIRZHA_DEBUG") != "1":
            return False
        url = self.public_url
        if urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ImproperlyConfigured(f"BIRZHA_DEBUG=1 is for one's own machine, and this is {url}.")
        return True


_package = ""


def settings_of(package: str) -> None:
    """Say whose settings this process has: the line before ``from servicekit.settings.base import *``.

    Args:
        package: such as ``trading_service``; its environment is that of ``trading``.

    Raises:
        ImproperlyConfigured: it has those of another package already.
    """
    global _package
    if _package not in ("", package):
        raise ImproperlyConfigured(
            f"This process has the settings of {_package}, so it cannot have those of {package}."
        )
    _package = package


def whose() -> str:
    """The package that :func:`settings_of` named.

    Raises:
        ImproperlyConfigured: none yet.
    """
    if not _package:
        raise ImproperlyConfigured('settings_of("<package>") comes before the import of what services share.')
    return _package
