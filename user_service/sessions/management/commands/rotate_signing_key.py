"""``manage rotate_signing_key``: replace the signing key without failed requests."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from servicekit.audit.actors import Actor
from user_service.sessions import keys
from user_service.sessions.errors import KeyNotPublishedLongEnough, SigningKeyMissing
from user_service.sessions.services import signing_key_activate, signing_key_publish


class Command(BaseCommand):
    help = (
        "Publish a new signing key, wait until the gateway and every service have fetched it, and sign "
        "with it. Interrupted, it goes on where it was when it is run again. The old key stays published "
        "until the last token that it signed has expired; then it is deleted by night."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Do all of it; takes some six minutes."""
        by = Actor.shell()
        try:
            kid = keys.key_next(Path(settings.JWT_KEYS)) or signing_key_publish(by=by)
            self.stdout.write(f"key {kid} is published")
            self.stdout.write(f"key {self._activate(by)} signs")
        except (SigningKeyMissing, OSError) as error:
            raise CommandError(str(error)) from None

    def _activate(self, by: Actor) -> str:
        while True:
            try:
                return signing_key_activate(by=by)
            except KeyNotPublishedLongEnough as early:
                self.stdout.write(f"waiting {early.wait} s until all services have fetched it ...")
                self.stdout.flush()
                time.sleep(early.wait)
