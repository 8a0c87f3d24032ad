"""For how many seconds a page waits for the API."""

from __future__ import annotations

#: Seconds of a call. Each part of a page has one of its own, and says itself when it gets no answer, as a
#: form does whose press got none: the page is there within three seconds, also where the market's clock is
#: asked in vain then (market_clock/clock.py).
CALL_S = 2.3
#: Seconds of a call that has a password hashed: they wait for each other (gateway.yaml: passwords).
PASSWORD_S = 6.0
#: Where writing has a password hashed.
PASSWORD_PATHS = frozenset(
    {
        "/api/v1/users",
        "/api/v1/users/me/password",
        "/api/v1/users/me/email",
        "/api/v1/users/me/second-factor",
        "/api/v1/users/me/second-factor/off",
        "/api/v1/users/me/second-factor/recovery-codes",
        "/api/v1/users/me/closing",
        "/api/v1/auth/token",
        "/api/v1/auth/token/second-factor",
        "/api/v1/auth/password-reset/confirm",
    }
)
#: Seconds of all calls of one page: less than the gateway waits for a page, so that a page of ours reports
#: what hangs.
PAGE_S = 8.0
