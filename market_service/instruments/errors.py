"""Errors of instruments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from market_service.file_errors import FileErrors
from servicekit.errors import DomainError


class CatalogueInvalid(DomainError):
    """The catalogue cannot be loaded; nothing of it was.

    Attributes:
        errors: all of its errors.
    """

    code = "catalogue_invalid"
    message = _("The catalogue was not loaded: %(reason)s")

    def __init__(self, *, errors: FileErrors) -> None:
        self.errors = errors
        more = f" (and {errors.count - 1:,} more)" if errors.count > 1 else ""
        super().__init__(reason=f"{errors.first}{more}")


class InstrumentsInvalid(DomainError):
    """A list of instruments has errors; nothing of it was listed.

    Attributes:
        errors: all of them.
    """

    code = "instruments_invalid"
    message = _("Nothing was listed: %(count)s errors in %(file)s.")

    def __init__(self, *, errors: FileErrors, **params: object) -> None:
        self.errors = errors
        super().__init__(count=errors.count, **params)


class QuantityNotPossible(DomainError):
    """Not a possible issued quantity."""

    code = "quantity_invalid"
    field = "issued_quantity"
    message = _("The issued quantity must be from %(lowest)s (already sold) to %(limit)s, not %(value)s.")


class HalfSpreadNotPossible(DomainError):
    """Not a possible half spread."""

    code = "half_spread_invalid"
    field = "half_spread"
    message = _("The half spread must be at least 0 and below the price %(limit)s, not %(value)s.")


class BeingSplit(DomainError):
    """Its units are being split, and nothing of it may change."""

    code = "being_split"
    status = 409
    message = _("The units of %(ticker)s are being split. Try again in a moment.")


class PageNotFound(DomainError):
    """The list has fewer pages."""

    code = "page_not_found"
    status = 404
    title = _("No such page")
    message = _("There is no page %(value)s; the last page is %(limit)s.")
