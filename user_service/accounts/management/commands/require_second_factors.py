"""``manage require_second_factors``: at each start, operators without a required one are signed out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from user_service.accounts.services import operators_without_factor_sign_out


class Command(BaseCommand):
    help = (
        "Where BIRZHA_OPERATOR_SECOND_FACTOR=required, end the sessions of operators who have no second "
        "factor; otherwise do nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """End them and say how many."""
        self.stdout.write(f"operators' sessions ended: {operators_without_factor_sign_out()}")
