"""The base of every error that a use-case raises on purpose. Knows nothing of HTTP frameworks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a stable code, written in the caller's language when it is shown.

    Subclasses set the class attributes; ``message`` may use ``%(name)s`` for each keyword that the
    error is raised with.

    Attributes:
        code: stable, never translated; the ``code`` of the problem document.
        status: the HTTP status the API answers with.
        field: the request field it belongs to, when there is one.
        title: short, the same for every occurrence.
        message: the sentence for a person, with the limit and the value supplied.
        params: what it was raised with.
        members: what its problem document has beside what all have.
    """

    code: str = "refused"
    status: int = 400
    field: str | None = None
    title: str | Promise = _("The request was refused")
    message: str | Promise = _("The request was refused.")
    members: Mapping[str, str] = {}

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code, params)

    @property
    def detail(self) -> str:
        """The message in the active language, with its values filled in."""
        return str(self.message) % self.params if self.params else str(self.message)


@dataclass(frozen=True)
class FieldError:
    """An error of one field: a stable code and a sentence in the active language."""

    field: str
    code: str
    detail: str


class FieldsRefused(DomainError):
    """Fields that are valid in form but refused: one :class:`FieldError` for each."""

    code = "validation_failed"
    title = _("The request is not valid")
    message = _("Some fields are not valid.")

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors


class ChangedMeanwhile(DomainError):
    """The object has changed since it was shown."""

    code = "changed_meanwhile"
    status = 409
    title = _("The data has changed")
    message = _("The data has changed since this page was opened; nothing was done. Check it and try again.")
