"""What there is to tell, and over which channels: the kinds of notifications, and what each does by itself.

A new kind is an entry here, a text (``inbox/texts.py``) and a handler; a new channel an entry here and
a file in ``transports``.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way to reach a user."""

    IN_APP = "in_app", _("in the application")
    EMAIL = "email", _("e-mail")
    WEBHOOK = "webhook", _("webhook")
    MESSENGER = "messenger", _("messenger")


class Kind(models.TextChoices):
    """Kinds of notifications."""

    WELCOME = "welcome", _("welcome")
    DEPOSIT_BOOKED = "deposit_booked", _("deposit booked")
    WITHDRAWAL_BOOKED = "withdrawal_booked", _("withdrawal booked")
    DIVIDEND_BOOKED = "dividend_booked", _("dividend booked")
    POSITION_SPLIT = "position_split", _("position split")
    REVERSAL_BOOKED = "reversal_booked", _("reversal booked")
    ACCOUNT_FROZEN = "account_frozen", _("account frozen")
    ACCOUNT_UNFROZEN = "account_unfrozen", _("account unfrozen")
    PRICE_ALERT = "price_alert", _("price alert")
    STATEMENT_READY = "statement_ready", _("statement ready")
    OPERATOR_NEWS = "operator_news", _("news of the operator")
    ORDER_FILLED = "order_filled", _("order filled")
    ORDER_PARTLY_FILLED = "order_partly_filled", _("order partly filled")
    ORDER_REJECTED = "order_rejected", _("order rejected")
    ORDER_CANCELED = "order_canceled", _("order canceled")
    ORDER_EXPIRED = "order_expired", _("order expired")
    SECURITY_NOTICED = "security_noticed", _("security noticed")


#: The channels that lead out of the house; the inbox has everything.
EXTERNAL = (Channel.EMAIL, Channel.WEBHOOK, Channel.MESSENGER)
#: Who chose nothing gets e-mail, but of these kinds.
NOT_MAILED = frozenset({Kind.ORDER_PARTLY_FILLED})
#: Nobody can do without a mail of these, nor does it wait for the end of quiet hours.
URGENT = frozenset({Kind.SECURITY_NOTICED})
#: Many of these at once are one message.
GATHERED = frozenset({Kind.ORDER_FILLED, Kind.ORDER_PARTLY_FILLED})


def channels_by_default(kind: Kind) -> tuple[Channel, ...]:
    """The external channels that a kind has until its reader chooses others."""
    return () if kind in NOT_MAILED else (Channel.EMAIL,)
