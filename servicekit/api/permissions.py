"""Whether a token's scopes allow what is asked."""

from __future__ import annotations

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from servicekit.auth.principals import CUSTOMER_SCOPE, Principal
from servicekit.errors import DomainError


class ScopeMissing(DomainError):
    """The API key that the token was exchanged for was not given the scope."""

    code = "scope_missing"
    status = 403
    title = _("Not allowed with this API key")
    message = _("This API key may not do this: it lacks the scope %(scope)s.")


class PeopleOnly(DomainError):
    """No API key may do this."""

    code = "people_only"
    status = 403
    title = _("Not possible with an API key")
    message = _("This is not possible with an API key. Sign in with your password.")


class ScopeAllows(BasePermission):
    """A person may do everything that is theirs; an API key what the scopes of the view say."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or the error that says what is missing.

        Raises:
            ScopeMissing, PeopleOnly: see there.
        """
        scopes = cast(Principal, request.user).scopes
        if CUSTOMER_SCOPE in scopes:
            return True
        needed = view.read_scope if request.method in SAFE_METHODS else view.write_scope
        if needed is None:
            raise PeopleOnly
        if needed not in scopes:
            raise ScopeMissing(scope=needed)
        return True
