"""Users in the admin: to look at, and to keep out. Users change their own data themselves."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from servicekit.admin import ReadOnlyAdmin
from user_service.accounts.models import User
from user_service.accounts.services import user_disable, user_enable


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("username", "email", "display_name", "locale", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff", "locale")
    search_fields = ("username", "email", "display_name")
    date_hierarchy = "created_at"
    exclude = ("password", "groups", "user_permissions")
    actions = ("disable", "enable")

    @admin.action(description=gettext_lazy("Disable and sign out everywhere"))
    def disable(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Keep the chosen users out; never oneself."""
        chosen = [user for user in users if user.pk != request.user.pk]
        for user in chosen:
            user_disable(user_id=user.pk)
        self.message_user(request, _("Users disabled: %(count)d.") % {"count": len(chosen)})
        if len(chosen) < len(users):
            self.message_user(request, _("You cannot disable yourself."), messages.WARNING)

    @admin.action(description=gettext_lazy("Enable"))
    def enable(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """Let the chosen users in again."""
        for user in users:
            user_enable(user_id=user.pk)
        self.message_user(request, _("Users enabled: %(count)d.") % {"count": len(users)})


# Operators have every permission; there is nothing to grant by groups.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)
