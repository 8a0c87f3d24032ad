"""Reads of every service, by a signed-in customer."""

from __future__ import annotations

READS = (
    "/api/v1/instruments/AAPL",
    "/api/v1/users/me",
    "/api/v1/orders",
    "/api/v1/account",
    "/api/v1/notifications",
    "/",
    "/sign-in",
    "/admin/users/login/",
)
