"""The words for the values of the public contract, in one place."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

LABELS = {
    "type": {
        "share": _("Share"),
        "bond": _("Bond"),
        "fund": _("Fund"),
        "currency": _("Currency"),
        "future": _("Future"),
    },
    "types": {
        "share": _("Shares"),
        "bond": _("Bonds"),
        "fund": _("Funds"),
        "currency": _("Currencies"),
        "future": _("Futures"),
    },
    "orderings": {
        "": _("Default order"),
        "ticker": _("Ticker, A to Z"),
        "name": _("Name, A to Z"),
        "-price": _("Price, high to low"),
        "price": _("Price, low to high"),
        "-change_percent": _("Gainers first"),
        "change_percent": _("Losers first"),
    },
    "side": {"buy": pgettext_lazy("noun", "Buy"), "sell": pgettext_lazy("noun", "Sell")},
    "status": {
        "accepted": _("Accepted"),
        "working": _("Working"),
        "partially_filled": _("Partly filled"),
        "filled": _("Filled"),
        "rejected": _("Rejected"),
        "canceled": _("Canceled"),
        "expired": _("Expired"),
    },
    "time_in_force": {
        "day": _("Until the end of the day"),
        "gtc": _("Until I cancel it (90 days)"),
        "ioc": _("At once, cancel the rest"),
        "fok": _("All at once or not at all"),
    },
    "liquidity": {"taker": _("At once"), "maker": _("While waiting in the book")},
    "operation": {
        "deposit": _("Top-up"),
        "withdrawal": _("Withdrawal"),
        "buy": pgettext_lazy("noun", "Buy"),
        "sell": pgettext_lazy("noun", "Sell"),
        "fee": _("Fee"),
        "dividend": _("Dividend"),
        "split": _("Split: paid for a fraction"),
        "reversal": _("Reversal"),
    },
    "range": {
        "1d": _("1 day"),
        "1w": _("1 week"),
        "1m": _("1 month"),
        "1y": _("1 year"),
        "5y": _("5 years"),
        "all": _("All"),
    },
    "range_short": {
        "1d": pgettext_lazy("range of a chart", "1D"),
        "1w": pgettext_lazy("range of a chart", "1W"),
        "1m": pgettext_lazy("range of a chart", "1M"),
        "1y": pgettext_lazy("range of a chart", "1Y"),
        "5y": pgettext_lazy("range of a chart", "5Y"),
        "all": pgettext_lazy("range of a chart", "All"),
    },
    "chart_style": {"candles": _("Candles"), "line": _("Line")},
    "sign_in": {
        "signed_in": _("Signed in"),
        "wrong_password": _("Wrong password"),
        "disabled": _("The account is disabled"),
        "no_operator": _("Not an operator"),
        "too_many_attempts": _("Refused: too many wrong passwords"),
        "code_required": _("Right password, a code was asked for"),
        "wrong_code": _("Right password, wrong code"),
        "refresh_reused": _("Session ended: its token was used twice"),
    },
}


@cache
def label_texts(kind: str, language: str) -> dict[str, str]:
    """The words for all values of a kind in one language."""
    with override(language):
        return {value: str(word) for value, word in LABELS[kind].items()}
