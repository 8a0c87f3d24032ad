"""The pattern of a ticker."""

from __future__ import annotations

#: Capitals and digits, and the signs that other exchanges put between them; ``/`` and ``^`` mean something
#: else in an address, so an import writes them as ``.`` and ``-``.
TICKER_PATTERN = r"^[A-Z0-9][A-Z0-9._&-]{0,11}$"
