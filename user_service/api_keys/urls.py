"""URLs of API keys under ``/api/v1/users/me/api-keys``."""

from django.urls import path

from user_service.api_keys.apis import ApiKeyApi, ApiKeyListApi

urlpatterns = [
    path("", ApiKeyListApi.as_view(), name="api-key-list"),
    path("/<uuid:key_id>", ApiKeyApi.as_view(), name="api-key"),
]
