"""Links from an order to everything that resulted from it, in the admins of all services."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from servicekit.admin.columns import Column, value_at

#: What there is of an order: what it is called, where, and how the page finds it by the order's id.
_PLACES = (
    (_("order"), "/admin/trading/orders/order/", "q", "{}"),
    (_("hold"), "/admin/billing/holds/hold/", "q", "{}"),
    (_("journal entries"), "/admin/billing/ledger/journalentry/", "q", "{}"),
    (_("at the venue"), "/admin/market/venue/venueorder/", "q", "{}"),
    (_("notifications"), "/admin/notifications/notification_inbox/notification/", "q", "{}"),
    (_("events of trading"), "/admin/trading/messaging/outboxevent/", "q", "order/{}"),
    (_("events of billing"), "/admin/billing/messaging/outboxevent/", "q", "hold/{}"),
    (_("events of the venue"), "/admin/market/messaging/outboxevent/", "q", "venue-order/{}"),
)


def order_links(field: str = "order_id") -> Column:
    """A row of links to all of it, for the page of anything that belongs to an order."""

    @admin.display(description=_("related"))
    def related(row: Any) -> str:
        order_id = value_at(row, field)
        if order_id is None:
            return "–"
        links = (
            (f"{place}?{urlencode({key: value.format(order_id)})}", name)
            for name, place, key, value in _PLACES
        )
        items = format_html_join("", '<li><a href="{}">{}</a></li>', links)
        return mark_safe(f'<ul class="order-links">{items}</ul>')

    return related
