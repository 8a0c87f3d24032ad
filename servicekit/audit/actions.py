"""What operators can do, in every service: code → how it is called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "account.freeze": _("froze an account"),
    "account.unfreeze": _("unfroze an account"),
    "event.drop": _("dropped a dead letter"),
    "event.retry": _("handled a dead letter again"),
    "instrument.edit": _("edited an instrument"),
    "instrument.halt": _("halted trading"),
    "instrument.open": _("opened trading"),
    "instrument.price": _("set a price"),
    "instrument.quantity": _("changed an issued quantity"),
    "catalogue.load": _("loaded the catalogue"),
    "prices.import": _("imported daily prices"),
    "journal.reverse": _("reversed a journal entry"),
    "session.end": _("ended a session"),
    "user.disable": _("disabled a user"),
    "user.enable": _("enabled a user"),
    "operator.make": _("made an operator"),
}
