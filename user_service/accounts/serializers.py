"""Serializers of users: requests and responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from servicekit.api.serializers import StrictSerializer, TextField
from servicekit.api.strict_fields import StrictBooleanField
from servicekit.api.time_zones import TimeZoneField
from servicekit.contracts.user import PASSWORD_MAX
from user_service.accounts import selectors
from user_service.accounts.identifiers import display_name_normal, email_normal, username_free, visible
from user_service.accounts.models import (
    DISPLAY_NAME_MAX,
    EMAIL_MAX,
    USERNAME_MAX,
    USERNAME_MIN,
    Colours,
    Locale,
    Theme,
    User,
    email_address,
    username_characters,
)
from user_service.accounts.services import password_errors
from user_service.accounts.services.uniqueness import taken
from user_service.second_factor.codes import CODE_MAX
from user_service.sessions.serializers import TokenPairOutput

#: Longer than any token of a link.
TOKEN_MAX = 128
#: How one looks.
EXAMPLE_TOKEN = "AZMFl2kzcVyM2fJmFQrXUvQdSn1bqmkzJ2aV9w0R3x6yVY0hVxZ4b7Qk1mUe0p8c"


class EmailField(TextField):
    """An e-mail address, normalised before validation."""

    def to_internal_value(self, data: Any) -> str:
        return email_normal(super().to_internal_value(data))


class DisplayNameField(TextField):
    """A display name: one line of visible characters."""

    def to_internal_value(self, data: Any) -> str:
        return display_name_normal(super().to_internal_value(data))


def replaces_field() -> TextField:
    """The session that a new one takes the place of."""
    return TextField(
        max_length=4096,
        required=False,
        default="",
        allow_blank=True,
        help_text="refresh token of the session that the new one takes the place of; it ends",
    )


def password_field() -> TextField:
    """A password, as typed."""
    return TextField(max_length=PASSWORD_MAX, trim_whitespace=False, style={"input_type": "password"})


class SecretInput(StrictSerializer):
    """A body with a password, a code or a token."""

    def to_representation(self, instance: Any) -> Any:
        raise NotImplementedError("secrets are never rendered")


class RegistrationInput(StrictSerializer):
    """Body of POST ``/api/v1/users``."""

    username = TextField(
        min_length=USERNAME_MIN,
        max_length=USERNAME_MAX,
        trim_whitespace=False,
        validators=[username_characters, username_free],
    )
    email = EmailField(max_length=EMAIL_MAX, validators=[email_address])
    password = password_field()
    locale = serializers.ChoiceField(Locale.choices, required=False)
    sign_in = StrictBooleanField(required=False, default=False, help_text="answer with tokens, too")
    replaces = replaces_field()

    def to_internal_value(self, data: Any) -> Any:
        """What is wrong with a field is said together with what the use-case would refuse of the others."""
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as refused:
            if isinstance(data, Mapping) and isinstance(refused.detail, dict):
                self._add_refused(data, refused.detail)
            raise

    def _add_refused(self, data: Mapping[str, Any], errors: dict[str, Any]) -> None:
        fine: dict[str, str] = {
            name: self.fields[name].run_validation(data[name])
            for name in ("username", "email", "password")
            if name in data and name not in errors
        }
        password = fine.pop("password", None)
        found = taken(**fine)
        if password is not None:
            typed = {
                name: value for name in ("username", "email") if isinstance(value := data.get(name), str)
            }
            found += password_errors(password=password, **({"username": "", "email": ""} | typed))
        for error in found:
            errors[error.field] = [serializers.ErrorDetail(error.detail, code=error.code)]


class ProfileOutput(StrictSerializer):
    """A user as they see themselves."""

    id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True, help_text="POST /api/v1/users/me/email changes it")
    email_confirmed = serializers.SerializerMethodField(help_text="whether a link mailed to it was followed")
    email_wanted = serializers.SerializerMethodField(
        help_text="the address that it becomes once a link mailed there is followed; empty for none"
    )
    display_name = DisplayNameField(max_length=DISPLAY_NAME_MAX, allow_blank=True, validators=[visible])
    locale = serializers.ChoiceField(Locale.choices)
    time_zone = TimeZoneField(help_text="IANA name, such as Europe/Moscow")
    theme = serializers.ChoiceField(
        Theme.choices, allow_blank=True, help_text="of the pages; empty: as each browser was told"
    )
    colours = serializers.ChoiceField(
        Colours.choices,
        allow_blank=True,
        help_text="of gain and loss; empty: as each browser was told",
    )
    created_at = serializers.DateTimeField(read_only=True)

    def get_email_confirmed(self, user: User) -> bool:
        return user.email_confirmed_at is not None

    def get_email_wanted(self, user: User) -> str:
        return selectors.email_wanted(user_id=user.id)


class ProfileInput(ProfileOutput):
    """Body of PATCH ``/api/v1/users/me``: any of the fields that are not read-only."""


class RegistrationOutput(ProfileOutput):
    """The new user; with ``tokens`` if ``sign_in`` was requested."""

    tokens = TokenPairOutput(required=False)


class PasswordInput(SecretInput):
    """Body of POST ``/api/v1/users/me/password``."""

    old_password = password_field()
    new_password = password_field()


class EmailChangeInput(SecretInput):
    """Body of POST ``/api/v1/users/me/email``."""

    email = EmailField(max_length=EMAIL_MAX, validators=[email_address])
    password = password_field()


class TokenInput(SecretInput):
    """Body of what the link of a mail leads to."""

    token = TextField(max_length=TOKEN_MAX, help_text="what stands behind # in the link of the mail")


class PasswordResetRequestInput(StrictSerializer):
    """Body of POST ``/api/v1/auth/password-reset``."""

    email = EmailField(max_length=EMAIL_MAX, validators=[email_address])


class PasswordResetInput(TokenInput):
    """Body of POST ``/api/v1/auth/password-reset/confirm``."""

    new_password = password_field()


class EmailConfirmedOutput(serializers.Serializer):
    """The address that is confirmed now."""

    email = serializers.CharField()


class CredentialsInput(SecretInput):
    """Body of POST ``/api/v1/auth/token``."""

    username = TextField(max_length=EMAIL_MAX, help_text="username or e-mail, in any case")
    password = password_field()
    code = TextField(
        max_length=CODE_MAX, required=False, default="", allow_blank=True,
        help_text="of the second factor, when it is on: six digits of your app, or a recovery code",
    )  # fmt: skip
    replaces = replaces_field()
