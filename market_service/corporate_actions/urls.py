"""``/api/v1/instruments/{ticker}/corporate-actions``"""

from __future__ import annotations

from django.urls import path

from market_service.corporate_actions.apis import CorporateActionsApi

urlpatterns = [path("corporate-actions", CorporateActionsApi.as_view(), name="corporate-actions")]
