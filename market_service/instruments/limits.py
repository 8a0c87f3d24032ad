"""Limits of an instrument's numbers."""

from __future__ import annotations

#: Units issued of one instrument: the banks with the smallest shares have some 10¹³.
MAX_ISSUED = 10**15
#: Units of a lot.
MAX_LOT_SIZE = 10**9
#: Letters of a name.
LONGEST_NAME = 120
