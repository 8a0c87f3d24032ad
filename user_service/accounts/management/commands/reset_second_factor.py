"""``manage reset_second_factor NAME --reason …``: the way back for an operator who lost the app."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from servicekit.audit.actors import Actor
from servicekit.errors import DomainError
from user_service.accounts import selectors
from user_service.accounts.services import second_factor_reset


class Command(BaseCommand):
    help = "Turn off the second factor of a user who has lost it; they are signed out everywhere and told."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and why."""
        parser.add_argument("name", help="username or e-mail")
        parser.add_argument("--reason", required=True, help="for the audit trail")
        parser.add_argument("--by", default="", help="who does it; the user of this machine by default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        user = selectors.user_find(identifier=options["name"])
        if user is None:
            raise CommandError(f"nobody is called {options['name']}")
        reason = options["reason"].strip()
        if not reason:
            raise CommandError("say why: --reason")
        try:
            second_factor_reset(user_id=user.pk, by=Actor.shell(options["by"]), reason=reason)
        except DomainError as refused:
            raise CommandError(f"{user.username}: {refused.detail}") from None
        self.stdout.write(f"the second factor of {user.username} is off; the password alone signs in")
