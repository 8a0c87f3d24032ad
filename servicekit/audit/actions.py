"""The actions of operators in all services: code → name."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, str | Promise] = {
    "account.freeze": _("froze an account"),
    "account.unfreeze": _("unfroze an account"),
    "delivery.retry": _("retried a delivery"),
    "news.send": _("had news sent"),
    "news.withdraw": _("withdrew news"),
    "news.write": _("wrote news"),
    "event.drop": _("dropped a dead letter"),
    "event.retry": _("handled a dead letter again"),
    "events.replay": _("sent events again"),
    "group.forget": _("forgot a subscriber of events"),
    "instrument.edit": _("edited an instrument"),
    "instrument.halt": _("halted trading"),
    "instrument.open": _("opened trading"),
    "instrument.price": _("set a price"),
    "instrument.quantity": _("changed an issued quantity"),
    "instrument.house": _("changed the house's quotes"),
    "market.pause": _("paused the market"),
    "market.resume": _("let the market go on"),
    "market.speed": _("changed the market's speed"),
    "market.end_day": _("ended the market's day"),
    "market.go": _("went to another day of the market"),
    "market.reset": _("let the market start over"),
    "order.cancel": _("canceled an order"),
    "corporate_action.announce": _("announced a dividend or a split"),
    "corporate_action.carry_out": _("let a dividend be paid, or a split be carried out"),
    "corporate_action.withdraw": _("withdrew a dividend or a split"),
    "catalogue.load": _("loaded the catalogue"),
    "prices.import": _("imported daily prices"),
    "instruments.import": _("imported a list of instruments"),
    "journal.reverse": _("reversed a journal entry"),
    "api_key.revoke": _("revoked an API key"),
    "session.end": _("ended a session"),
    "user.disable": _("disabled a user"),
    "user.enable": _("enabled a user"),
    "second_factor.reset": _("turned a second factor off"),
    "user.sign_out": _("signed a user out everywhere"),
    "user.reset_link": _("had a link for a new password mailed"),
    "mail.read": _("read a mail with a link"),
    "operator.make": _("made an operator"),
    "key.make": _("made the first signing key"),
    "key.publish": _("published a signing key"),
    "key.activate": _("let another key sign"),
    "key.retire": _("deleted a signing key"),
    "canary.share": _("gave a canary a share of the requests"),
    "canary.promote": _("promoted a canary"),
    "canary.rollback": _("rolled a canary back"),
    "gateway.reload": _("reloaded the gateway"),
    "gateway.restart": _("restarted the gateway"),
    "console.open": _("opened a console of a service"),
    "backup.make": _("made a backup"),
    "backup.restore": _("restored a backup"),
    "system.upgrade": _("upgraded the system"),
}

#: What is done to the running system rather than in a service; ``manage record_action`` takes these.
OF_THE_SYSTEM = (
    "backup.make", "backup.restore",
    "canary.promote", "canary.rollback", "canary.share", "console.open", "gateway.reload", "gateway.restart",
    "system.upgrade",
)  # fmt: skip
