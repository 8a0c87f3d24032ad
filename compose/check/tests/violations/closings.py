"""Violations of what a closed account must be, and of what nobody may know of it."""

from __future__ import annotations

from compose.check.tests.names import ANN, OTHER

_ELSEWHERE = "an account is closed in one service and not in another"
_UNKNOWN = "a closed account is not known as closed where orders are"
_CASH = "a closed account has cash"
_ORDERS = "a closed account has a position or an open order"
_WAITS = "a closed account still waits for prices, or keeps an eye on something"
_KNOWN = "who closed an account is still known"
_TOLD = "who closed an account can still be told something"


def _user(*, email: str = "x@closed.invalid", name: str = "", active: bool = False) -> str:
    return f"""
        INSERT INTO accounts_user (id, username, email, display_name, locale, time_zone, password, version,
            is_active, is_staff, is_superuser, created_at, closed_at)
        VALUES ('{ANN}', 'ann', '{email}', '{name}', 'en', 'UTC', '!', 2, {active}, false, false, now(),
            now())
    """


def _person(name: str = "") -> str:
    return f"""
        INSERT INTO people (user_id, username, display_name, version, closed)
        VALUES ('{ANN}', 'ann', '{name}', 2, true)
    """


def _contact(email: str = "", closed: str = "now()") -> str:
    return f"""
        INSERT INTO delivery_contact (user_id, email, locale, display_name, version, updated_at, closed_at)
        VALUES ('{ANN}', '{email}', 'en', '', 2, now(), {closed})
        ON CONFLICT (user_id) DO UPDATE SET email = excluded.email, closed_at = excluded.closed_at
    """


_SESSION = f"""
    INSERT INTO user_sessions_session (id, user_id, created_at, last_seen_at, expires_at, user_agent,
        revoked_reason)
    VALUES ('{OTHER}', '{ANN}', now(), now(), now() + interval '1 day', '', '')
"""

VIOLATIONS: list[tuple[str, str, str, str]] = [
    ("I22", _ELSEWHERE, "user", _user()),
    ("I22", _UNKNOWN, "trading", _person()),
    ("I22", _CASH, "billing", f"UPDATE ledger_ledgeraccount SET closed_at = now() WHERE user_id = '{ANN}'"),
    ("I22", _ORDERS, "trading", _person()),
    ("I22", _WAITS, "trading", _person("Ann")),
    ("I22", _WAITS, "trading", f"{_person()}; INSERT INTO alerts_alertbook (user_id) VALUES ('{ANN}')"),
    ("I22", _WAITS, "trading", f"{_person()}; INSERT INTO watchlist_watchlist (user_id) VALUES ('{ANN}')"),
    ("I22", _KNOWN, "user", _user(active=True)),
    ("I22", _KNOWN, "user", _user(name="Ann")),
    ("I22", _KNOWN, "user", _user(email="ann@example.org")),
    ("I22", _KNOWN, "user", f"{_user()}; {_SESSION}"),
    ("I22", _TOLD, "notification", _contact("ann@example.org")),
    ("I22", _TOLD, "notification", _contact()),  # what she was told is still there
]
