"""``manage make_signing_key``: the keys that tokens are signed with, and their rotation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from servicekit.audit.actors import Actor
from user_service.sessions.errors import KeyNotPublishedLongEnough, SigningKeyMissing
from user_service.sessions.services import (
    signing_key_activate,
    signing_key_make_first,
    signing_key_publish,
    signing_keys_retire,
)


class Command(BaseCommand):
    help = (
        "Make the first signing key when there is none. rotate_signing_key replaces it. Its steps one by "
        "one: --rotate publishes a new key; six minutes later --activate lets it sign; two weeks later "
        "--retire deletes the old ones, which also happens every night."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--rotate", action="store_true", help="publish a new key")
        what.add_argument("--activate", action="store_true", help="sign with the newest key")
        what.add_argument("--retire", action="store_true", help="delete keys that nothing depends on")
        parser.add_argument("--at-once", action="store_true", help="with --activate: do not wait")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one step that was asked for."""
        try:
            self.stdout.write(self._step(options, Actor.shell()))
        except (KeyNotPublishedLongEnough, SigningKeyMissing, OSError) as error:
            raise CommandError(str(error)) from None

    def _step(self, options: dict[str, Any], by: Actor) -> str:
        if options["rotate"]:
            return f"key {signing_key_publish(by=by)} is published; --activate it in six minutes"
        if options["activate"]:
            return f"key {signing_key_activate(by=by, at_once=options['at_once'])} signs"
        if options["retire"]:
            return f"deleted: {', '.join(signing_keys_retire(by=by)) or 'none'}"
        kid = signing_key_make_first(by=by)
        return f"key {kid} made" if kid else f"there is a key already, in {settings.JWT_KEYS}"
