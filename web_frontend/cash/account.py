"""The cash account, which billing opens within two seconds of registration."""

from __future__ import annotations

from typing import Any

from web_frontend.gateway_client import GatewayProblem, GatewayRequest


def account_read(request: GatewayRequest) -> dict[str, Any]:
    """The account: ``currency, balance, held, available``; empty while it is still being opened."""
    try:
        return request.gateway.get("/api/v1/account")
    except GatewayProblem as problem:
        if problem.status == 404 or problem.code == "account_not_ready":
            return {}
        raise
