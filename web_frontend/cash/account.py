"""The cash account, which billing opens within two seconds of registration, and may freeze."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from web_frontend.gateway_client import GatewayProblem, GatewayRequest


def account_ask(request: GatewayRequest) -> Callable[[], dict[str, Any]]:
    """Ask for the account: ``currency, balance, held, available, status``; empty while it is being opened."""
    asked = request.gateway.ask("/api/v1/account")

    def account() -> dict[str, Any]:
        try:
            return asked()
        except GatewayProblem as problem:
            if problem.status == 404 or problem.code == "account_not_ready":
                return {}
            raise

    return account


def is_frozen(account: dict[str, Any] | None) -> bool:
    """Whether the account's books are being looked into; billing's answer may be missing."""
    return bool(account) and (account or {}).get("status") == "frozen"


def frozen_text(account: dict[str, Any] | None) -> str:
    """What a frozen account's owner should know; "" when it is not frozen."""
    if not is_frozen(account):
        return ""
    return _(
        "Your cash account is frozen while it is being checked. Your money is safe. Until then you "
        "cannot top up, withdraw or buy; you can still sell."
    )
