"""Preferences over HTTP: parse, call, render."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.preferences import services
from notification_service.preferences.selectors import preferences_of, unsubscription_get
from notification_service.preferences.serializers import (
    PreferencesInput,
    PreferencesOutput,
    UnsubscribedOutput,
)
from servicekit.api.openapi import body_example
from servicekit.api.serializers import parsed, rendered
from servicekit.api.views import Api


class PreferencesApi(Api):
    """Which notifications you get over which channel, when, and where to."""

    @extend_schema(operation_id="notification_preferences", responses=PreferencesOutput)
    def get(self, request: Request) -> Response:
        preferences = preferences_of([self.caller.id])[self.caller.id]
        return Response(rendered(PreferencesOutput, preferences))

    @extend_schema(
        operation_id="notification_preferences_save",
        request=PreferencesInput,
        responses=PreferencesOutput,
        examples=[
            body_example(
                {
                    "channels": {"order_filled": ["email", "webhook"], "order_canceled": []},
                    "quiet_from": "22:00",
                    "quiet_until": "07:30",
                    "time_zone": "Europe/Moscow",
                    "gather_s": 300,
                    "webhook_url": "https://example.org/birzha",
                }
            )
        ],
    )
    def put(self, request: Request) -> Response:
        """Choose anew: what you leave out gets its default."""
        values = parsed(PreferencesInput, request.data)
        saved = services.preferences_save(user_id=self.caller.id, **values)
        return Response(rendered(PreferencesOutput, saved))


class WebhookSecretApi(Api):
    """Get another secret for your webhook; what is sent from now on is signed with it."""

    @extend_schema(operation_id="webhook_secret_renew", request=None, responses=PreferencesOutput)
    def post(self, request: Request) -> Response:
        return Response(rendered(PreferencesOutput, services.webhook_secret_renew(user_id=self.caller.id)))


TOKEN = OpenApiParameter("token", str, required=True, description="as the link has it")


class UnsubscribeApi(Api):
    """Stop one kind of notification over one channel, by the link of a message; without signing in."""

    public = True
    authentication_classes = ()
    refusals = {"404": _("`unsubscribe_link_invalid`: the token is not valid.")}

    @extend_schema(
        operation_id="notification_unsubscribe_show", parameters=[TOKEN], responses=UnsubscribedOutput
    )
    def get(self, request: Request) -> Response:
        """What the link would stop; nothing is changed."""
        what = unsubscription_get(token=request.query_params.get("token", ""))
        return Response(rendered(UnsubscribedOutput, what))

    @extend_schema(
        operation_id="notification_unsubscribe",
        parameters=[TOKEN],
        request=None,
        responses=UnsubscribedOutput,
    )
    def post(self, request: Request) -> Response:
        what = services.unsubscribe(token=request.query_params.get("token", ""))
        return Response(rendered(UnsubscribedOutput, what))
