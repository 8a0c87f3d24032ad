"""What is said of somebody's second factor, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def titles() -> dict[str, str]:
    """The headline of each notice, without a full stop."""
    return {
        "second_factor_on": _("Your second factor is on"),
        "second_factor_off": _("Your second factor is off"),
        "second_factor_reset": _("The operator turned your second factor off"),
        "recovery_codes_made": _("New recovery codes were made"),
        "recovery_code_used": _("A recovery code was used"),
        "wrong_codes": _("Someone knows your password and is guessing the code"),
    }


def bodies() -> dict[str, str]:
    """What happened, and what to do if it was not oneself."""
    return {
        "second_factor_on": _(
            "Each sign-in asks for a code from your app now. You are signed out everywhere except where it "
            "was turned on. If it was not you, write to the operator."
        ),
        "second_factor_off": _(
            "Your password alone signs in again. You are signed out everywhere except where it was turned "
            "off. If it was not you, change your password now."
        ),
        "second_factor_reset": _(
            "Your password alone signs in again, and you are signed out everywhere. If you did not ask for "
            "it, write to the operator. You can turn it on again under Security."
        ),
        "recovery_codes_made": _(
            "The old ones do not work any more. If it was not you, change your password and make new ones."
        ),
        "recovery_code_used": _(
            "It took the place of the code from your app and does not work any more. If it was not you, "
            "change your password and make new recovery codes under Security."
        ),
        "wrong_codes": _(
            "There were ten wrong codes in a row after the right password. Further attempts are slowed down; "
            "your open sessions are not affected. If it was not you, change your password now."
        ),
    }
