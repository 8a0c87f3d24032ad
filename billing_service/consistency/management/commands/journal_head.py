"""``manage journal_head``: print the head of the hash chain, to be kept elsewhere."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from billing_service.ledger.selectors import journal_head


class Command(BaseCommand):
    help = "Print the end of the journal's hash chain as JSON: number, hash, at."

    def handle(self, *args: Any, **options: Any) -> None:
        head = journal_head()
        at = head.at.isoformat() if head.at else None
        self.stdout.write(json.dumps({"number": head.number, "hash": head.hash, "at": at}))
