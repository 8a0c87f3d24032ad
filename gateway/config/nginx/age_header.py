"""The age of a page, by tables: nginx cannot subtract, and in Envoy (CEL, Lua) it cost a fifth of a request.

The seconds of two moments are compared digit by digit, as by hand: units, tens, hundreds, each with what the
one before carries over. Ages of a thousand seconds and more would be wrong; no page is shown so long.
"""

from __future__ import annotations

#: What a digit hands to the next: one less, nothing, one more.
_CARRIES = {-1: "-", 0: "=", 1: "+"}
_DIGITS = range(10)


def age_maps() -> str:
    """`$age`: whole seconds from `$requested_at` (a cached page's header) to now, rounded up; "" without."""
    units = [(f"{a}{b}", b - a + 1) for a in _DIGITS for b in _DIGITS]
    next_ones = [
        (f"{a}{b}{sign}", b - a + carry) for a in _DIGITS for b in _DIGITS for carry, sign in _CARRIES.items()
    ]
    moments = '"$requested_at$upstream_http_x_birzha_requested_at $msec"'
    return f"""
  map {moments} $units {{ default ""; "~(?<u1>\\d) \\d*(?<u2>\\d)\\." $u1$u2; }}
  map {moments} $tens {{ default ""; "~(?<t1>\\d)\\d \\d*(?<t2>\\d)\\d\\." $t1$t2; }}
  map {moments} $hundreds {{ default ""; "~(?<h1>\\d)\\d\\d \\d*(?<h2>\\d)\\d\\d\\." $h1$h2; }}
  map $units $age_units {{ default ""; {_digits(units)}}}
  map $units $to_tens {{ default ""; {_carried(units)}}}
  map $tens$to_tens $age_tens {{ default ""; {_digits(next_ones)}}}
  map $tens$to_tens $to_hundreds {{ default ""; {_carried(next_ones)}}}
  map $hundreds$to_hundreds $age_hundreds {{ default ""; {_digits(next_ones)}}}
  map $age_hundreds$age_tens$age_units $age {{ default ""; "~^0*(?<seconds_old>\\d+)$" $seconds_old; }}
"""


def _digits(differences: list[tuple[str, int]]) -> str:
    return "".join(f"{key} {difference % 10}; " for key, difference in differences)


def _carried(differences: list[tuple[str, int]]) -> str:
    return "".join(f"{key} {_CARRIES[difference // 10]}; " for key, difference in differences)
