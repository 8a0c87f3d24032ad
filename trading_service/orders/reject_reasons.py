"""Why an order was rejected or expired: the codes of the public contract, and what each says to a person."""

from __future__ import annotations

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _

#: Why an order expires; the only reason.
TIMED_OUT = "timed_out"

#: Code → the sentence with the bound and what stood against it, and the one without.
REASONS: dict[str, tuple[str, str]] = {
    "account_frozen": (
        _("Your cash account is being looked into; it takes no new orders until that is done."),
        _("Your cash account is being looked into; it takes no new orders until that is done."),
    ),
    "insufficient_funds": (
        _("The order needs %(value)s %(currency)s, and %(limit)s %(currency)s is available."),
        _("There is not enough money for the order."),
    ),
    "insufficient_position": (
        _("%(limit)s can be sold; the order is for %(value)s."),
        _("You do not own as much as the order sells."),
    ),
    "insufficient_quantity": (
        _("%(limit)s is offered at the moment; the order is for %(value)s."),
        _("Less is offered at the moment than the order asks for."),
    ),
    "instrument_halted": (
        _("Trading in this instrument is halted."),
        _("Trading in this instrument is halted."),
    ),
    "price_moved": (
        _("The price is %(value)s, beyond this order's bound of %(limit)s."),
        _("The price moved beyond this order's bound."),
    ),
    "quote_stale": (
        _("The latest quote is %(value)s s old; at most %(limit)s s is allowed."),
        _("There is no fresh quote to execute the order at."),
    ),
    TIMED_OUT: (
        _("The order was not confirmed in time, so it was taken back."),
        _("The order was not confirmed in time, so it was taken back."),
    ),
}

#: What other services say that the public contract has no code of its own for.
SYNONYMS = {"account_not_ready": "insufficient_funds"}


def reject_detail(*, code: str, limit: str, value: str, currency: str) -> str:
    """Why an order was rejected or expired, in the active language.

    Args:
        code: a key of :data:`REASONS`; another one is shown as it is.
        limit: the bound, as text; may be empty.
        value: what stood against it, as text; may be empty.
        currency: of the order, for the amounts.
    """
    if code not in REASONS:
        return code
    full, short = REASONS[code]
    if not limit or not value:
        return translated(short)
    return translated(full) % {"limit": limit, "value": value, "currency": currency}
