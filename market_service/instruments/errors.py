"""What can be wrong with instruments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class CatalogueInvalid(DomainError):
    """The catalogue cannot be loaded; nothing of it was."""

    code = "catalogue_invalid"
    message = _("The catalogue was not loaded: %(reason)s")


class PageNotFound(DomainError):
    """The list has fewer pages."""

    code = "page_not_found"
    status = 404
    title = _("No such page")
    message = _("There is no page %(value)s: the last one is %(limit)s.")
