"""Notifications: filled, rejected, topped up. Marked as read one by one or all at once."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from web_frontend.gateway_client import GatewayProblem, GatewayRequest, GatewayUnavailable
from web_frontend.pages import (
    attempt,
    form_address,
    go_to,
    page_links,
    show_early,
    signed_in,
    wants_fragment,
)
from web_frontend.sessions import unread

logger = logging.getLogger(__name__)


@require_safe
@signed_in
def notification_list(request: GatewayRequest) -> HttpResponse:
    """The news, newest first."""
    asked = request.gateway.ask("/api/v1/notifications", cursor=request.GET.get("cursor", ""))

    def answered() -> tuple[dict[str, Any], int]:
        answer = attempt(asked)
        return {"answer": answer, **page_links(answer)}, 200 if answer else 503

    return show_early(
        request,
        "notifications/page.html",
        {"focused": bool(request.htmx)},
        answered,
        fragment="notifications/rows.html",
    )


@require_safe
@signed_in
def unread_count(request: GatewayRequest) -> HttpResponse:
    """The words in the header; when the source is down, they stay as they were."""
    count = unread.unread_count(request, fresh=True)
    if count is None:
        return HttpResponse(status=204)
    return render(request, "notifications/unread.html", {"count": count})


@require_safe
@signed_in
def notification_open(request: GatewayRequest, notification_id: UUID) -> HttpResponse:
    """Go to the order that a notification is about, and mark it read: it has been seen."""
    try:
        request.gateway.post(f"/api/v1/notifications/{notification_id}/read")
        unread.forget(request)
    except (GatewayProblem, GatewayUnavailable) as error:
        logger.warning("a notification was not marked as read: %s", error)
    try:
        return go_to(request, reverse("order", args=[UUID(request.GET.get("order", ""))]))
    except ValueError:
        return go_to(request, reverse("notifications"))


@require_POST
@signed_in
def notification_read(request: GatewayRequest, notification_id: UUID) -> HttpResponse:
    """Mark one read; its row changes in place."""
    notification = request.gateway.post(f"/api/v1/notifications/{notification_id}/read")
    unread.forget(request)
    if not wants_fragment(request):
        there, here = reverse("notifications"), form_address(request)
        return go_to(request, here if here.split("?")[0] == there else there)  # a later page of them, too
    response = render(request, "notifications/row.html", {"notification": notification, "focused": True})
    response["HX-Trigger"] = "notifications-read"
    return response


@require_POST
@signed_in
def notification_read_all(request: GatewayRequest) -> HttpResponse:
    """Mark read what was shown: up to the newest on the page that the button stood on."""
    shown = request.POST.get("up_to", "")
    try:
        request.gateway.post("/api/v1/notifications/read-all", {"up_to": shown})
    except GatewayProblem as problem:
        if problem.status not in (400, 404):  # not what a page of ours has sent: nothing is marked
            raise
    unread.forget(request)
    return go_to(request, reverse("notifications"))
