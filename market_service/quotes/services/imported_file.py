"""Recognises price files that have been imported, so that they are skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.db import transaction

from market_service.quotes.models import ImportedFile

#: Raised whenever the same file may be read otherwise than before.
READING = 1


def imported_digest(*, path: Path, options: str) -> str:
    """What a file is known by: its bytes, its name, and how it is read.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(f"\0{path.name}\0{options}\0{READING}".encode())
    return digest.hexdigest()


def imported_before(*, digest: str) -> ImportedFile | None:
    """The file, if it is in the database as it is: no later import has changed any price."""
    file = ImportedFile.objects.filter(digest=digest).first()
    if file and ImportedFile.objects.filter(id__gt=file.pk, replaced__gt=0).exists():
        return None
    return file


@transaction.atomic
def imported_note(*, digest: str, name: str, tickers: Mapping[str, str], days: int, replaced: int) -> None:
    """Remember a file, after the others."""
    ImportedFile.objects.filter(digest=digest).delete()
    ImportedFile.objects.create(
        digest=digest, name=name[:255], tickers=dict(tickers), days=days, replaced=replaced
    )
