"""The error codes of sessions and accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from web_frontend.docs.code import Code, Codes

SIGNING_IN: Codes = (
    _("Signing in"),
    [
        Code(
            "authentication_required",
            401,
            _(
                "No access token came with the request. Send Authorization: Bearer and a token of"
                " POST /api/v1/auth/token."
            ),
        ),
        Code(
            "token_invalid",
            401,
            _("The token is malformed, expired or was not issued here. Refresh it, or sign in again."),
        ),
        Code(
            "session_revoked",
            401,
            _(
                "The session that the token belongs to has ended: signed out, or a refresh token "
                "was used twice. Sign in again."
            ),
        ),
        Code("api_key_invalid", 401, _("The API key is unknown, was revoked or has expired.")),
        Code(
            "invalid_credentials",
            401,
            _("The name or the password is wrong; which of the two is not revealed."),
        ),
        Code(
            "second_factor_required",
            401,
            _(
                "The password is right, and the account has a second factor. Send both again with code, or "
                "the challenge of this problem with the code to POST /api/v1/auth/token/second-factor."
            ),
        ),
        Code(
            "challenge_invalid",
            401,
            _("The sign-in took more than five minutes, or the password was changed. Begin it again."),
        ),
        Code(
            "code_wrong",
            400,
            _("The code of the second factor is wrong, or was used already: each works once."),
        ),
        Code(
            "too_many_attempts",
            429,
            _("Too many wrong passwords or codes for this account. Wait as long as Retry-After says."),
        ),
        Code(
            "sign_in_busy",
            503,
            _(
                "Too many people are signing in or up at the moment; nothing was done. Try "
                "again after Retry-After."
            ),
        ),
        Code(
            "sign_in_quota_exceeded",
            429,
            _(
                "The account has reached the daily limit of sign-ins. Refresh an open "
                "session; Retry-After is the time until midnight UTC."
            ),
        ),
        Code("scope_missing", 403, _("The API key lacks the scope for this: make one that may trade.")),
        Code("people_only", 403, _("No API key may do this. Sign in with the password.")),
        Code("permission_denied", 403, _("You can see it, but you are not allowed to do this.")),
        Code(
            "csrf_failed",
            403,
            _(
                "A form or a browser's request came without its CSRF token. Reload the page; "
                "programs send a Bearer token instead."
            ),
        ),
    ],
)

USERS: Codes = (
    _("Users"),
    [
        Code("username_invalid", 400, _("A name must be 3 to 32 Latin letters, digits or _ . -")),
        Code(
            "sign_up_quota_exceeded",
            429,
            _(
                "Your network address has reached the daily limit of sign-ups. Retry-After "
                "is the time until midnight UTC."
            ),
        ),
        Code(
            "profile_quota_exceeded",
            429,
            _(
                "You have reached the daily limit of changes to your profile and password. "
                "Retry-After is the time until midnight UTC."
            ),
        ),
        Code("closing_not_found", 404, _("Nobody has asked for this account to be closed.")),
        Code("operators_stay", 409, _("An operator's account is not closed by the API.")),
        Code(
            "too_many_api_keys",
            409,
            _("You have the largest possible number of API keys. Revoke one that you no longer use."),
        ),
        Code(
            "link_quota_exceeded",
            429,
            _(
                "So many links were mailed to this address today. Those work; Retry-After is the time until"
                " midnight UTC."
            ),
        ),
        Code(
            "reset_quota_exceeded",
            429,
            _(
                "Your network address has reached the daily limit of password resets. Retry-After is the time"
                " until midnight UTC."
            ),
        ),
        Code(
            "link_invalid",
            400,
            _("The link from an e-mail was used already, has expired or is not complete."),
        ),
        Code("secret_invalid", 400, _("The secret of a second factor has 32 letters and digits (Base32).")),
        Code("second_factor_on", 409, _("The second factor is on already.")),
        Code("second_factor_off", 409, _("There is no second factor to turn off or to make codes for.")),
        Code("second_factor_obligatory", 409, _("Operators of this exchange cannot do without it.")),
        Code("email_confirmed_already", 409, _("The e-mail is confirmed already.")),
        Code("email_unchanged", 400, _("The new e-mail is the one that the account has.")),
        Code("username_taken", 400, _("The name is taken; upper and lower case are the same.")),
        Code(
            "username_reserved", 400, _("The name is reserved for whoever runs the exchange, such as admin.")
        ),
        Code("email_invalid", 400, _("This is not an e-mail address.")),
        Code("email_taken", 400, _("This e-mail address is already registered.")),
        Code("display_name_invalid", 400, _("A display name must have visible characters only.")),
        Code(
            "time_zone_unknown",
            400,
            _("A time zone must be a name from the IANA database, such as Europe/Moscow."),
        ),
        Code("quiet_hours_invalid", 400, _("Quiet hours have a beginning and an end, which differ.")),
        Code(
            "webhook_url_invalid",
            400,
            _(
                "A webhook's address must begin with https:// (http:// within the operator's own networks)"
                " and hold no password."
            ),
        ),
        Code(
            "messenger_url_invalid",
            400,
            _("A messenger's address must be an Apprise URL of a messenger that is offered here."),
        ),
        Code(
            "unsubscribe_link_invalid",
            404,
            _("This unsubscribe link was not made here or is incomplete."),
        ),
        Code("password_wrong", 400, _("The current password is wrong.")),
        Code("password_too_short", 400, _("A password must have at least 8 characters.")),
        Code("password_too_common", 400, _("The password is too common.")),
        Code("password_too_similar", 400, _("The password is like the name or the e-mail address.")),
        Code("password_entirely_numeric", 400, _("The password is digits only.")),
    ],
)
