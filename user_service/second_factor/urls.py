"""URLs of the second factor under ``/api/v1/users/me/second-factor``."""

from django.urls import path

from user_service.second_factor.apis import RecoveryCodesApi, SecondFactorApi, SecondFactorOffApi

urlpatterns = [
    path("", SecondFactorApi.as_view(), name="second-factor"),
    path("/off", SecondFactorOffApi.as_view(), name="second-factor-off"),
    path("/recovery-codes", RecoveryCodesApi.as_view(), name="recovery-codes"),
]
