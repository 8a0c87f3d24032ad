"""Errors of the second factor."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class SecondFactorRequired(DomainError):
    """The password is right, and the account has a second factor.

    Attributes:
        members: ``challenge``, with which the code alone finishes the sign-in.
    """

    code = "second_factor_required"
    status = 401
    title = _("A code is needed")
    message = _("Enter the code from your authenticator app, or a recovery code.")

    def __init__(self, challenge: str) -> None:
        self.members = {"challenge": challenge}
        super().__init__()


class SecondFactorMissing(DomainError):
    """An operator whose password is right has to turn the second factor on first.

    Attributes:
        challenge: with which that is done.
    """

    code = "second_factor_missing"
    status = 403
    title = _("A second factor is needed")
    message = _("Operators of this exchange need a second factor.")

    def __init__(self, challenge: str = "") -> None:
        self.challenge = challenge
        super().__init__()


class ChallengeInvalid(DomainError):
    """The sign-in was not finished in time, or the password was changed since."""

    code = "challenge_invalid"
    status = 401
    title = _("The sign-in took too long")
    message = _("The sign-in took too long. Begin it again.")


class CodeWrong(DomainError):
    """Not the code of now, or one that was used, or no recovery code of this account."""

    code = "code_wrong"
    field = "code"
    title = _("Wrong code")
    message = _("The code is wrong or was used already. Your app shows a new one every 30 seconds.")


class SecretInvalid(DomainError):
    """Not a secret such as this service makes."""

    code = "secret_invalid"
    field = "secret"
    title = _("Not a secret")
    message = _("This is not a secret of 32 letters and digits. Take the one that you were shown.")


class SecondFactorOn(DomainError):
    """There is one already."""

    code = "second_factor_on"
    status = 409
    title = _("The second factor is on")
    message = _("Your second factor is on already.")


class SecondFactorOff(DomainError):
    """There is none."""

    code = "second_factor_off"
    status = 409
    title = _("The second factor is off")
    message = _("There is no second factor to turn off or to make codes for.")


class SecondFactorObligatory(DomainError):
    """Operators of this exchange have to have one."""

    code = "second_factor_obligatory"
    status = 409
    title = _("A second factor is needed")
    message = _("Operators of this exchange cannot do without a second factor.")
