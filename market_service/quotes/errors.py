"""Errors of quotes and prices."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from market_service.file_errors import FileErrors
from servicekit.errors import DomainError


class PriceNotPossible(DomainError):
    """Not a possible price."""

    code = "price_invalid"
    field = "price"
    message = _("The price must be above zero and a multiple of the price step %(limit)s, not %(value)s.")


class PricesInvalid(DomainError):
    """A price file has invalid rows; nothing of it was loaded.

    Attributes:
        errors: all of them.
    """

    code = "prices_invalid"
    message = _("Nothing was loaded: %(count)s bad rows in %(file)s.")

    def __init__(self, *, errors: FileErrors, **params: Any) -> None:
        self.errors = errors
        super().__init__(count=errors.count, **params)
