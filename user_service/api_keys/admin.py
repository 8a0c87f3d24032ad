"""API keys in the admin: view and revoke."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import person, short_id
from servicekit.admin.operations import Fact, Operation, calls
from user_service.api_keys.models import ApiKey
from user_service.api_keys.services import api_key_close


def _facts(key: ApiKey) -> Sequence[Fact]:
    return (
        Fact(_("user"), key.user.username),
        Fact(_("name"), key.name),
        Fact(_("scopes"), ", ".join(key.scopes)),
        Fact(_("last used"), str(localize(key.last_used_at)) if key.last_used_at else "–"),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = (
        "user_id", "name", "scopes", "hint", "created_at", "last_used_at", "last_used_from", "is_usable",
    )  # fmt: skip
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    shown = {"user_id": person("user_id", label=_("user")), "id": short_id("id", label=_("API key"))}
    find_ids = ("id", "user_id")
    find_texts = ("user__username", "user__email", "last_used_from")
    fields = (
        "id", "user_id", "name", "scopes", "hint", "created_at", "expires_at", "last_used_at",
        "last_used_from", "revoked_at",
    )  # fmt: skip
    operations = (
        Operation(
            name="revoke",
            title=_("Revoke the API key"),
            done=_("The API key is revoked."),
            facts=_facts,
            act=calls(api_key_close, "key_id"),
            offered=lambda key: key.revoked_at is None,
        ),
    )
