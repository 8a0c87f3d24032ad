"""What each error code of the API means, and what to do: where a problem's ``type`` leads to.

A test looks for every code of every service and of the gateway here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Code(NamedTuple):
    """One code: the status that it comes with, and its explanation."""

    name: str
    status: int
    text: Any


#: The headings of the page, and the codes below each.
CODES: list[tuple[Any, list[Code]]] = [
    (
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
            Code(
                "invalid_credentials",
                401,
                _("There is no user with this name and password; which of both is wrong is not told."),
            ),
            Code(
                "too_many_attempts",
                429,
                _("Too many wrong passwords for this name. Wait as long as Retry-After says."),
            ),
            Code(
                "sign_in_busy",
                503,
                _(
                    "So many people are signing in or up at this moment that nothing was done. Try again "
                    "after Retry-After."
                ),
            ),
            Code(
                "sign_in_quota_exceeded",
                429,
                _(
                    "The account was signed in as often today as may be. Refresh a session that is open; "
                    "Retry-After is the time until midnight UTC."
                ),
            ),
            Code("permission_denied", 403, _("You may know that it exists, and may not do this.")),
            Code(
                "csrf_failed",
                403,
                _(
                    "A form or a browser's request came without its CSRF token. Reload the page; "
                    "programs send a Bearer token instead."
                ),
            ),
        ],
    ),
    (
        _("The request"),
        [
            Code(
                "validation_failed",
                400,
                _(
                    "Fields are not valid: each stands in errors with its own code, such as required,"
                    " null, blank, unknown_field, read_only_field, max_length, min_value or "
                    "invalid_choice."
                ),
            ),
            Code(
                "malformed_json",
                400,
                _("The body is not JSON as RFC 8259 has it: no NaN, no key twice, UTF-8."),
            ),
            Code(
                "bad_request",
                400,
                _("The address or the headers cannot be read in one way only, so nothing was done."),
            ),
            Code(
                "moment_invalid",
                400,
                _("A moment is a date (2025-01-31) or a date-time with its offset (2025-01-31T09:30:00Z)."),
            ),
            Code("not_found", 404, _("There is nothing at this address, or it is somebody else's.")),
            Code("not_yet", 404, _("This part of the API is planned and not built yet.")),
            Code("page_not_found", 404, _("The list has fewer pages; the detail names the last.")),
            Code(
                "method_not_allowed",
                405,
                _("The address does not take this method; Allow names those that it takes."),
            ),
            Code("not_acceptable", 406, _("None of the content types in Accept can be given here.")),
            Code("unsupported_media_type", 415, _("Send the body as application/json.")),
            Code("body_too_large", 413, _("The body is larger than the limit, which its detail says.")),
            Code("headers_too_large", 431, _("The request line and headers exceed the limit.")),
            Code("request_timeout", 408, _("The request took too long to arrive.")),
            Code(
                "rate_limited", 429, _("Too many requests in a short time. Retry-After says when to go on.")
            ),
            Code(
                "too_many_exports",
                429,
                _("Too many files of yours are being made at once. Try again when one of them has come."),
            ),
            Code("unknown_host", 421, _("The request names a host that this Birzha does not answer for.")),
            Code("search_busy", 503, _("The search is busy. Try again in a few seconds.")),
            Code(
                "request_refused",
                400,
                _("The gateway refused the request for a reason that has no code of its own."),
            ),
        ],
    ),
    (
        _("Sending twice"),
        [
            Code(
                "idempotency_key_missing",
                400,
                _("Send the header Idempotency-Key: a new random value for each new intention."),
            ),
            Code(
                "idempotency_key_invalid", 400, _("An Idempotency-Key has 1 to 128 visible ASCII characters.")
            ),
            Code(
                "idempotency_key_reused",
                422,
                _("The key was used for another request. Nothing was done; use a new key."),
            ),
            Code(
                "idempotency_in_flight",
                409,
                _("The first request with the key is still being worked on. Send the same again."),
            ),
        ],
    ),
    (
        _("Users"),
        [
            Code("username_invalid", 400, _("A name has 3 to 32 Latin letters, digits or the signs _ . -")),
            Code(
                "sign_up_quota_exceeded",
                429,
                _(
                    "As many people have signed up from your address today as may. Retry-After is the time "
                    "until midnight UTC."
                ),
            ),
            Code(
                "profile_quota_exceeded",
                429,
                _(
                    "You have changed your profile or password as often today as anybody may. Retry-After is "
                    "the time until midnight UTC."
                ),
            ),
            Code("username_taken", 400, _("Somebody has this name, in whatever case it is written.")),
            Code("email_invalid", 400, _("This is not an e-mail address.")),
            Code("email_taken", 400, _("An account has this e-mail address already.")),
            Code("display_name_invalid", 400, _("A display name has visible characters only.")),
            Code(
                "time_zone_unknown", 400, _("A time zone is called as in the IANA database: Europe/Moscow.")
            ),
            Code("password_wrong", 400, _("The old password is not the account's.")),
            Code("password_too_short", 400, _("A password has 8 characters at least.")),
            Code("password_too_common", 400, _("The password is among those that are tried first.")),
            Code("password_too_similar", 400, _("The password is like the name or the e-mail address.")),
            Code("password_entirely_numeric", 400, _("The password is digits only.")),
        ],
    ),
    (
        _("Orders"),
        [
            Code("instrument_unknown", 400, _("No instrument has this ticker.")),
            Code("tickers_invalid", 400, _("A stream of quotes is of 1 to 50 tickers, with commas between.")),
            Code(
                "too_many_streams", 429, _("An address has 250 streams open, or a user 10. Close one first.")
            ),
            Code("streams_full", 503, _("As many streams are open as can be. Try again in a few seconds.")),
            Code(
                "quantity_invalid",
                400,
                _("A quantity is a whole JSON number of units, from 1 to 1,000,000,000."),
            ),
            Code("lot_size_invalid", 400, _("The quantity is not a whole number of the instrument's lots.")),
            Code("order_type_unsupported", 400, _("Only market orders can be placed yet.")),
            Code("time_in_force_unsupported", 400, _("Only day orders can be placed yet.")),
            Code(
                "limit_price_unexpected", 400, _("A market order has no limit_price; worst_price bounds it.")
            ),
            Code(
                "price_step_invalid",
                400,
                _("A price is a decimal string above zero and a multiple of the instrument's price step."),
            ),
            Code(
                "worst_price_invalid",
                400,
                _(
                    "worst_price is a decimal string above zero and a multiple of the instrument's "
                    "price step."
                ),
            ),
            Code("worst_price_unexpected", 400, _("Only a market order has a worst_price.")),
            Code("order_value_too_large", 400, _("The order is worth more than one order may be.")),
            Code(
                "order_value_too_small", 400, _("The order would bring nothing after rounding and the fee.")
            ),
            Code(
                "order_quota_exceeded",
                429,
                _(
                    "You have placed as many orders today as anybody may, or too many of them were rejected. "
                    "What you hold can be sold a tenth more often. Retry-After is the time until midnight "
                    "UTC."
                ),
            ),
            Code("order_not_cancelable", 409, _("The order has ended; final is final.")),
        ],
    ),
    (
        _("Cash"),
        [
            Code(
                "account_not_ready",
                409,
                _(
                    "The account is still being opened: up to two seconds after registration. GET "
                    "answers 404."
                ),
            ),
            Code(
                "account_frozen",
                409,
                _("The account is frozen, and nothing can be booked until a person has looked at it."),
            ),
            Code(
                "amount_invalid",
                400,
                _("An amount is a decimal string above zero with at most two digits after the point."),
            ),
            Code("currency_unsupported", 400, _("Accounts are kept in US dollars.")),
            Code(
                "deposit_quota_exceeded",
                429,
                _(
                    "You have topped up as often today as anybody may. Retry-After is the time until "
                    "midnight UTC."
                ),
            ),
            Code("limit_exceeded", 400, _("The amount is above the limit that the detail names.")),
        ],
    ),
    (
        _("On our side"),
        [
            Code(
                "service_unavailable",
                503,
                _("A part of Birzha does not answer at the moment. Try again after Retry-After."),
            ),
            Code(
                "service_timeout",
                504,
                _(
                    "A part of Birzha did not answer in time; whether it acted is not known. Send the"
                    " same Idempotency-Key again."
                ),
            ),
            Code(
                "bad_gateway",
                502,
                _("The service behind this address gave an answer that could not be read."),
            ),
            Code(
                "internal_error", 500, _("Something went wrong on our side; it is logged under the trace id.")
            ),
        ],
    ),
]
