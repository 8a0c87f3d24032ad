"""The forms of signing up and in, of the password and of API keys; user_service decides, these only ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicekit.contracts.user import PASSWORD_MAX
from web_frontend.forms import PageForm

#: Of what is typed as it stands: no capital letter by itself, no spelling.
_VERBATIM = {"autocapitalize": "none", "spellcheck": "false"}


def _username(label: Any, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "username"} | _VERBATIM)
    return forms.CharField(label=label, widget=widget, **options)


def _known_password(label: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return forms.CharField(label=label, max_length=PASSWORD_MAX, strip=False, widget=widget)


def _new_password(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        help_text=_(
            "At least 8 characters; not a common password, not only digits, not like your name or e-mail."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        **options,
    )


def _code(label: Any, help_text: Any = "", **options: Any) -> forms.CharField:
    """A code of the second factor. Browsers and phones offer what came as a one-time code."""
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code"} | _VERBATIM)
    return forms.CharField(label=label, max_length=64, help_text=help_text, widget=widget, **options)


class SignUpForm(PageForm):
    """Name, e-mail, password. It refuses nothing itself: the API says at once all that is wrong."""

    username = _username(_("Name"), required=False, help_text=_("3 to 32 Latin letters, digits or _ . -"))
    email = forms.CharField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = _new_password(_("Password"), required=False)


class SignInForm(PageForm):
    """Name or e-mail, password."""

    username = _username(_("Name or e-mail"), max_length=254)
    password = _known_password(_("Password"))


class CodeForm(PageForm):
    """The second step of a sign-in; ``challenge`` stands for the password."""

    username = forms.CharField(max_length=254, widget=forms.HiddenInput)
    challenge = forms.CharField(max_length=512, widget=forms.HiddenInput)
    code = _code(_("Code"), _("Six digits from your authenticator app, or a recovery code."))
    code.widget.attrs |= {"autofocus": True, "data-focus": ""}


class TurnOnForm(PageForm):
    """Turns the second factor on: the app has the secret, and whoever asks has the password."""

    secret = forms.CharField(max_length=64, widget=forms.HiddenInput)
    code = _code(_("Code from the app"), _("The six digits that the app shows now."))
    password = _known_password(_("Current password"))


class SecondFactorForm(PageForm):
    """What proves whose second factor it is, before it is turned off or its recovery codes are replaced."""

    code = _code(_("Code"), _("Six digits from your authenticator app, or a recovery code."))
    password = _known_password(_("Current password"))


class PasswordForm(PageForm):
    """The current password and a new one."""

    old_password = _known_password(_("Current password"))
    new_password = _new_password(_("New password"), max_length=PASSWORD_MAX)


class EmailForm(PageForm):
    """A new e-mail, and the current password."""

    email = forms.EmailField(
        label=_("New e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = _known_password(_("Current password"))


class CloseAccountForm(PageForm):
    """The current password, and of who has turned the second factor on its code."""

    password = _known_password(_("Current password"))
    code = _code(
        _("Code from the app"),
        _("Six digits from your authenticator app, or a recovery code."),
        required=False,
    )


def _token() -> forms.CharField:
    """What stands behind ``#`` in a mailed link; ``birzha.js`` puts it here, people without it paste it."""
    return forms.CharField(
        label=_("Code"),
        max_length=128,
        help_text=_("The code after # in the link we emailed you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-hash": ""} | _VERBATIM),
    )


class ConfirmEmailForm(PageForm):
    """The code of a mailed link."""

    token = _token()


class ForgottenPasswordForm(PageForm):
    """The e-mail of somebody who cannot sign in."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ResetPasswordForm(PageForm):
    """The code of a mailed link, and a new password."""

    token = _token()
    new_password = _new_password(_("New password"), max_length=PASSWORD_MAX)


class ApiKeyForm(PageForm):
    """The name of a new API key, what it may do, and for how long."""

    name = forms.CharField(
        label=pgettext_lazy("API key", "Name"),
        max_length=64,
        help_text=_("For example, the program that will use it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    may = forms.ChoiceField(
        label=_("It may"),
        choices=[
            ("read", _("See your account and the market")),
            ("trade", _("Also place and cancel orders")),
        ],
    )
    expires_in_days = forms.TypedChoiceField(
        label=_("Valid"),
        coerce=int,
        empty_value=None,
        initial="30",
        required=False,
        choices=[("30", _("for 30 days")), ("365", _("for a year")), ("", _("until you revoke it"))],
    )

    @property
    def body(self) -> dict[str, Any]:
        """What user_service is asked for."""
        chosen = self.cleaned_data
        days = {"expires_in_days": chosen["expires_in_days"]} if chosen["expires_in_days"] else {}
        return {"name": chosen["name"], "scopes": [chosen["may"]], **days}
