from __future__ import annotations

from django.urls import path

from trading_service.watchlist.apis import WatchedApi, WatchlistApi

urlpatterns = [
    path("", WatchlistApi.as_view()),
    path("/<str:ticker>", WatchedApi.as_view()),
]
