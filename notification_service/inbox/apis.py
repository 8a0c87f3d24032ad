"""The inbox over HTTP: parse, call, render. Everything here is private: ``Api`` answers ``no-store``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.inbox import selectors, services, texts
from notification_service.inbox.models import Kind, Notification
from servicekit.api.openapi import CURSOR, PAGE_SIZE, body_example
from servicekit.api.pagination import CursorPages
from servicekit.api.serializers import (
    InstantField,
    OutputSerializer,
    StrictSerializer,
    rendered,
    rendered_many,
)
from servicekit.api.strict_fields import FlagField, IdField
from servicekit.api.views import Api


class NotificationSerializer(OutputSerializer):
    """A notification, written in the language of the request."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    order_id = serializers.UUIDField(allow_null=True)
    read = serializers.SerializerMethodField()
    read_at = InstantField(allow_null=True)
    created_at = InstantField()

    def get_title(self, notification: Notification) -> str:
        return texts.title_of(notification.kind, notification.params)

    def get_body(self, notification: Notification) -> str:
        return texts.body_of(notification.kind, notification.params)

    @extend_schema_field(bool)
    def get_read(self, notification: Notification) -> bool:
        return notification.read_at is not None


class NotificationFilter(StrictSerializer):
    """What the list can be narrowed to."""

    unread = FlagField(required=False, allow_null=True, default=None)


class ReadAllInput(StrictSerializer):
    """Body of POST ``/api/v1/notifications/read-all``; may be absent."""

    up_to = IdField(required=False, help_text="id of the newest notification that was shown")


unread_count_schema = inline_serializer(
    "UnreadCount", {"unread_count": serializers.IntegerField(min_value=0)}
)

notification_page_schema = inline_serializer(
    "NotificationPage",
    {
        "unread_count": serializers.IntegerField(min_value=0),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": NotificationSerializer(many=True),
    },
)


class NotificationListApi(Api):
    """What you were told, the newest first."""

    @extend_schema(
        operation_id="notification_list",
        parameters=[
            OpenApiParameter("unread", bool, description="true: only unread ones; false: only read ones"),
            CURSOR,
            PAGE_SIZE,
        ],
        responses=notification_page_schema,
    )
    def get(self, request: Request) -> Response:
        unread = request.query_params.get("unread")
        chosen = NotificationFilter(data={} if unread is None else {"unread": unread})
        chosen.is_valid(raise_exception=True)
        pages = CursorPages()
        page: Any = pages.paginate_queryset(
            # rows, not objects, which cost more than what is shown of them
            selectors.notification_list(
                user_id=self.caller.id, unread=chosen.validated_data["unread"]
            ).values_list(*selectors.SHOWN, named=True),
            request,
            view=self,
        )
        response = pages.get_paginated_response(rendered_many(NotificationSerializer, page))
        count = selectors.unread_count(user_id=self.caller.id)
        return Response({"unread_count": count, **response.data})


class NotificationReadApi(Api):
    """Mark one notification read; doing it again changes nothing."""

    @extend_schema(operation_id="notification_read", request=None, responses=NotificationSerializer)
    def post(self, request: Request, notification_id: UUID) -> Response:
        notification = services.notification_mark_read(
            user_id=self.caller.id, notification_id=notification_id
        )
        return Response(rendered(NotificationSerializer, notification))


class NotificationReadAllApi(Api):
    """Mark every notification read up to one, and tell how many are unread afterwards.

    ``up_to`` is the newest that you have shown: what came since stays unread. Without a body, all that
    are there when the request comes.
    """

    refusals = {"404": _("There is no notification `up_to` of yours.")}

    @extend_schema(
        operation_id="notification_read_all",
        request=ReadAllInput,
        responses=unread_count_schema,
        examples=[body_example({})],
    )
    def post(self, request: Request) -> Response:
        body = ReadAllInput(data=request.data)
        body.is_valid(raise_exception=True)
        services.notification_mark_all_read(user_id=self.caller.id, up_to=body.validated_data.get("up_to"))
        return Response({"unread_count": selectors.unread_count(user_id=self.caller.id)})
