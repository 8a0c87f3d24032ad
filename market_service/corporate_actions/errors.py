"""Errors of corporate actions; operators see them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class DividendNotPossible(DomainError):
    """Not a possible dividend per unit."""

    code = "dividend_invalid"
    field = "per_unit"
    message = _("A dividend must be above 0 and at most the price of a unit, %(limit)s, not %(value)s.")


class SplitNotPossible(DomainError):
    """Not a possible ratio of a split."""

    code = "split_invalid"
    field = "new_units"
    message = _("The new units of a split must differ from the old ones, both from 1 to %(limit)s.")


class SplitOutOfRange(DomainError):
    """After it, the price or the units would be out of their limits."""

    code = "split_out_of_range"
    field = "new_units"
    message = _(
        "After this split the price would be %(price)s, with %(issued)s units issued. The price must be from "
        "%(lowest)s to below %(highest)s, the units from 1 to %(limit)s."
    )


class QuantitiesUnclear(DomainError):
    """Nobody knows how many units there are."""

    code = "quantities_unclear"
    status = 409
    message = _("%(ticker)s is halted because its quantities do not add up. Find out why first.")


class ActionExists(DomainError):
    """The instrument has such an action on that day already."""

    code = "action_exists"
    status = 409
    field = "day"
    message = _("%(ticker)s has a %(type)s on %(day)s already.")


class ActionRunning(DomainError):
    """An action of the instrument is being carried out."""

    code = "action_running"
    status = 409
    message = _("Another corporate action of %(ticker)s is being carried out. Try again in a moment.")
