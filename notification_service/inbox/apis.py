"""The inbox over HTTP: parse, call, render. Everything here is private: ``Api`` answers ``no-store``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.inbox import selectors, services
from notification_service.inbox.serializers import (
    NotificationOutput,
    NotificationPageOutput,
    NotificationQuery,
    ReadAllInput,
    UnreadCountOutput,
)
from servicekit.api.openapi import CURSOR, PAGE_SIZE, body_example
from servicekit.api.pagination import CursorPages
from servicekit.api.serializers import parsed, rendered, rendered_many
from servicekit.api.views import Api


class NotificationListApi(Api):
    """Your notifications, the newest first."""

    @extend_schema(
        operation_id="notification_list",
        parameters=[
            OpenApiParameter("unread", bool, description="true: only unread ones; false: only read ones"),
            CURSOR,
            PAGE_SIZE,
        ],
        responses=NotificationPageOutput,
    )
    def get(self, request: Request) -> Response:
        unread = request.query_params.get("unread")
        query = parsed(NotificationQuery, {} if unread is None else {"unread": unread})
        pages = CursorPages()
        page: Any = pages.paginate_queryset(
            # rows, not objects, which cost more than what is shown of them
            selectors.notification_list(user_id=self.caller.id, **query).values_list(
                *selectors.SHOWN, named=True
            ),
            request,
            view=self,
        )
        response = pages.get_paginated_response(rendered_many(NotificationOutput, page))
        count = selectors.unread_count(user_id=self.caller.id)
        return Response({"unread_count": count, **response.data})


class NotificationReadApi(Api):
    """Mark one notification read; doing it again changes nothing."""

    @extend_schema(operation_id="notification_read", request=None, responses=NotificationOutput)
    def post(self, request: Request, notification_id: UUID) -> Response:
        notification = services.notification_mark_read(
            user_id=self.caller.id, notification_id=notification_id
        )
        return Response(rendered(NotificationOutput, notification))


class NotificationReadAllApi(Api):
    """Mark every notification up to one as read; returns how many are unread.

    ``up_to`` is the newest that you have shown; later ones stay unread. Without a body, all existing ones
    are marked.
    """

    refusals = {"404": _("You have no notification with the id given in `up_to`.")}

    @extend_schema(
        operation_id="notification_read_all",
        request=ReadAllInput,
        responses=UnreadCountOutput,
        examples=[body_example({})],
    )
    def post(self, request: Request) -> Response:
        body = parsed(ReadAllInput, request.data)
        services.notification_mark_all_read(user_id=self.caller.id, up_to=body.get("up_to"))
        return Response({"unread_count": selectors.unread_count(user_id=self.caller.id)})
