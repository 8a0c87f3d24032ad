"""The words of an exchange, explained for who trades for the first time."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Term(NamedTuple):
    """A word.

    Attributes:
        id: where it stands on the page, ``/help#lot``.
        name, meaning: in the page's language.
    """

    id: str
    name: str | Promise
    meaning: str | Promise


GLOSSARY = (
    Term(
        "market-order",
        _("Market order"),
        _(
            "Buys or sells at once, at the best prices that others offer at that moment. You agree to the"
            " worst price when you review the order; beyond it nothing is traded."
        ),
    ),
    Term(
        "market-price",
        _("Market price"),
        _(
            "The middle between the price that the exchange buys at and the one that it sells at. What you"
            " own is valued at it. A trade is at a bid or an ask, so its price differs a little."
        ),
    ),
    Term(
        "limit-order",
        _("Limit order"),
        _(
            "Buys at your price or a lower one, sells at your price or a higher one. Whatever is not "
            "matched at once waits in the book."
        ),
    ),
    Term(
        "time-in-force",
        _("How long an order waits"),
        _(
            "Until the end of the day; until you cancel it, 90 days at most; not at all: whatever is not "
            "matched at once is canceled; or all at once or nothing."
        ),
    ),
    Term(
        "book",
        _("Order book"),
        _(
            "The limit orders that wait, best price first; at the same price the earlier one is first. A "
            "bid is an order to buy, an ask an order to sell."
        ),
    ),
    Term(
        "spread",
        _("Spread"),
        _(
            "The difference between the best ask and the best bid. Buy and sell straight away and you lose "
            "the spread, even if the price has not moved."
        ),
    ),
    Term(
        "house",
        _("House"),
        _(
            "The exchange itself, which offers to buy and sell around the market price, so that there is "
            "somebody to trade with."
        ),
    ),
    Term(
        "lot",
        _("Lot"),
        _(
            "Quantities are whole multiples of it: with a lot of 10 you can buy 10, 20 or 30. A "
            "remainder smaller than a lot can be sold as a whole."
        ),
    ),
    Term(
        "price-step",
        _("Price step"),
        _("The smallest step by which a price can change. Limit prices are multiples of it."),
    ),
    Term(
        "held",
        _("Held money and units"),
        _(
            "What an order that waits may cost is held, so that the order can always be paid; so are the "
            "units of an order to sell. What is not needed comes back at once."
        ),
    ),
    Term(
        "fee",
        _("Fee"),
        _("What the exchange takes for a trade. The review shows the most that it can be."),
    ),
    Term(
        "partly-filled",
        _("Partly filled"),
        _("A part of the order has been traded; the rest waits, or was canceled."),
    ),
    Term(
        "average-cost",
        _("Average cost"),
        _("What each of your units cost on average, with the fee for buying it."),
    ),
    Term(
        "open-profit",
        _("Open profit"),
        _("What you would gain or lose by selling at the market price. It is realized once you sell."),
    ),
    Term(
        "halted",
        _("Trading is halted"),
        _("No new orders are taken for the instrument. Orders that wait stay, and can be canceled."),
    ),
)
