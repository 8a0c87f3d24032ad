"""The forms of signing up and in, of the password and of API keys; user_service decides, these only ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from servicekit.contracts.user import PASSWORD_MAX


class SignUpForm(forms.Form):
    """Name, e-mail, password. It refuses nothing itself: the API says at once all that is wrong."""

    use_required_attribute = False
    username = forms.CharField(
        label=_("Name"),
        required=False,
        help_text=_("3 to 32 Latin letters, digits or _ . -"),
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    email = forms.CharField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        help_text=_(
            "At least 8 characters; not a common password, not only digits, not like your name or e-mail."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SignInForm(forms.Form):
    """Name or e-mail, password."""

    use_required_attribute = False
    username = forms.CharField(
        label=_("Name or e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _code(label: Any, help_text: Any = "") -> forms.CharField:
    """A code of the second factor. Browsers and phones offer what came as a one-time code."""
    return forms.CharField(
        label=label,
        max_length=64,
        help_text=help_text,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


def _present_password() -> forms.CharField:
    return forms.CharField(
        label=_("Current password"),
        max_length=PASSWORD_MAX,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """The second step of a sign-in; ``challenge`` stands for the password."""

    use_required_attribute = False
    username = forms.CharField(max_length=254, widget=forms.HiddenInput)
    challenge = forms.CharField(max_length=512, widget=forms.HiddenInput)
    code = _code(_("Code"), _("Six digits of your authenticator app, or a recovery code."))
    code.widget.attrs |= {"autofocus": True, "data-focus": ""}


class TurnOnForm(forms.Form):
    """Turns the second factor on: the app has the secret, and whoever asks has the password."""

    use_required_attribute = False
    secret = forms.CharField(max_length=64, widget=forms.HiddenInput)
    code = _code(_("Code of the app"), _("The six digits that the app shows now."))
    password = _present_password()


class SecondFactorForm(forms.Form):
    """What proves whose second factor it is, before it is turned off or its recovery codes are replaced."""

    use_required_attribute = False
    code = _code(_("Code"), _("Six digits of your authenticator app, or a recovery code."))
    password = _present_password()


class PasswordForm(forms.Form):
    """The current password and a new one."""

    use_required_attribute = False
    old_password = _present_password()
    new_password = forms.CharField(
        label=_("New password"),
        max_length=PASSWORD_MAX,
        strip=False,
        help_text=_(
            "At least 8 characters; not a common password, not only digits, not like your name or e-mail."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class EmailForm(forms.Form):
    """A new e-mail, and the current password."""

    use_required_attribute = False
    email = forms.EmailField(
        label=_("New e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = _present_password()


class CloseAccountForm(forms.Form):
    """The current password, and the code of the second factor: who closes the account has both."""

    use_required_attribute = False
    password = _present_password()
    code = forms.CharField(
        label=_("Code of the second factor"),
        required=False,
        max_length=64,
        help_text=_("If you have turned it on."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def _token() -> forms.CharField:
    """What stands behind ``#`` in a mailed link; ``birzha.js`` puts it here, people without it paste it."""
    return forms.CharField(
        label=_("Code"),
        max_length=128,
        help_text=_("What stands behind # in the link of the mail."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "data-hash": ""}
        ),
    )


class ConfirmEmailForm(forms.Form):
    """The code of a mailed link."""

    use_required_attribute = False
    token = _token()


class ForgottenPasswordForm(forms.Form):
    """The e-mail of somebody who cannot sign in."""

    use_required_attribute = False
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ResetPasswordForm(forms.Form):
    """The code of a mailed link, and a new password."""

    use_required_attribute = False
    token = _token()
    new_password = forms.CharField(
        label=_("New password"),
        max_length=PASSWORD_MAX,
        strip=False,
        help_text=_(
            "At least 8 characters; not a common password, not only digits, not like your name or e-mail."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ApiKeyForm(forms.Form):
    """The name of a new API key, what it may do, and for how long."""

    use_required_attribute = False
    name = forms.CharField(
        label=pgettext_lazy("API key", "Name"),
        max_length=64,
        help_text=_("Such as the program that will use it."),
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
        label=_("It is good"),
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
