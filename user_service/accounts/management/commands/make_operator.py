"""``manage make_operator``: the first operator, from the environment."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.errors import FieldsRefused
from user_service.accounts import selectors
from user_service.accounts.models import User
from user_service.accounts.services import user_register


class Command(BaseCommand):
    help = (
        "Create the operator of BIRZHA_OPERATOR_USERNAME with BIRZHA_OPERATOR_PASSWORD. "
        "An existing operator is left as they are."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the operator once; refuse to make one of somebody else's account."""
        username = os.environ.get("BIRZHA_OPERATOR_USERNAME", "operator")
        email = os.environ.get("BIRZHA_OPERATOR_EMAIL") or f"{username}@birzha.local"
        existing = selectors.user_find(identifier=username)
        if existing is None:
            password = os.environ.get("BIRZHA_OPERATOR_PASSWORD")
            if not password:
                raise CommandError("BIRZHA_OPERATOR_PASSWORD is not set")
            try:
                with transaction.atomic():
                    made = user_register(username=username, email=email, password=password, is_operator=True)
                    record("operator.make", made, by=Actor.shell())
            except FieldsRefused as refused:
                existing = selectors.user_find(identifier=username)  # made by another process just now
                if existing is None or not existing.is_staff:
                    raise CommandError(" ".join(error.detail for error in refused.errors)) from None
            else:
                self.stdout.write(f"operator {username} created")
                return
        self._check(existing)
        self.stdout.write(f"operator {existing.username} already exists")

    def _check(self, user: User) -> None:
        if not user.is_staff:
            raise CommandError(f"{user.username} is a customer: choose another BIRZHA_OPERATOR_USERNAME")
        if not user.is_active:
            raise CommandError(f"operator {user.username} is disabled")
