"""``manage record_action``: for what an operator does to the running system, beside any service."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from servicekit.audit.actions import OF_THE_SYSTEM
from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record


class Command(BaseCommand):
    help = "Put on record what an operator does by make: a canary, the gateway, a console."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=OF_THE_SYSTEM)
        parser.add_argument("subject", help="a service, or gateway")
        parser.add_argument("--after", type=json.loads, default={}, help="the new values, as JSON")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        subject = Subject("part", options["subject"], options["subject"])
        with transaction.atomic():
            record(
                options["action"], subject, by=Actor.shell(), after=options["after"], reason=options["reason"]
            )
