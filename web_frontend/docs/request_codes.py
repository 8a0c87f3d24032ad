"""The error codes that have nothing to do with what is asked: the request itself, and our side."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from web_frontend.docs.code import Code, Codes

THE_REQUEST: Codes = (
    _("The request"),
    [
        Code(
            "validation_failed",
            400,
            _(
                "Some fields are not valid; errors lists each with its own code, such as required,"
                " null, blank, unknown_field, read_only_field, max_length, min_value or "
                "invalid_choice."
            ),
        ),
        Code(
            "malformed_json",
            400,
            _("The body is not valid JSON (RFC 8259): UTF-8, no NaN, no duplicate keys."),
        ),
        Code(
            "bad_request",
            400,
            _("The address or the headers are ambiguous, so nothing was done."),
        ),
        Code(
            "moment_invalid",
            400,
            _("A time must be a date (2025-01-31) or a date-time with an offset (2025-01-31T09:30:00Z)."),
        ),
        Code("day_invalid", 400, _("A day must be a date (2025-01-31).")),
        Code("range_invalid", 400, _("The beginning of the range must be before its end.")),
        Code(
            "range_too_long",
            400,
            _("The range has more than one answer may hold; the detail says how much that is."),
        ),
        Code("not_found", 404, _("There is nothing at this address, or it belongs to somebody else.")),
        Code("page_not_found", 404, _("The list has fewer pages; the detail gives the last one.")),
        Code(
            "method_not_allowed",
            405,
            _("The address does not support this method; Allow lists those that it supports."),
        ),
        Code("not_acceptable", 406, _("None of the content types in Accept is available here.")),
        Code("unsupported_media_type", 415, _("Send the body as application/json.")),
        Code("body_too_large", 413, _("The body exceeds the limit given in the detail.")),
        Code("headers_too_large", 431, _("The request line and headers exceed the limit.")),
        Code("request_timeout", 408, _("The request took too long to arrive.")),
        Code(
            "rate_limited", 429, _("Too many requests in a short time. Retry-After says when to try again.")
        ),
        Code(
            "too_many_exports",
            429,
            _("Too many files are being prepared for you at once. Try again when one of them is downloaded."),
        ),
        Code("unknown_host", 421, _("The request is for a host name that this Birzha does not serve.")),
        Code(
            "request_refused",
            400,
            _("The gateway refused the request for a reason that has no code of its own."),
        ),
    ],
)

SENDING_TWICE: Codes = (
    _("Sending twice"),
    [
        Code(
            "idempotency_key_missing",
            400,
            _("Send an Idempotency-Key header: a new random value for each new operation."),
        ),
        Code(
            "idempotency_key_invalid", 400, _("An Idempotency-Key must be 1 to 128 visible ASCII characters.")
        ),
        Code(
            "idempotency_key_reused",
            422,
            _("The key was used for another request. Nothing was done; use a new key."),
        ),
        Code(
            "idempotency_in_flight",
            409,
            _("The first request with the key is still being processed. Send the same request again."),
        ),
    ],
)

ON_OUR_SIDE: Codes = (
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
                "A part of Birzha did not answer in time; it is not known whether the request was "
                "carried out. Send the same Idempotency-Key again."
            ),
        ),
        Code(
            "bad_gateway",
            502,
            _("The service behind this address sent a response that could not be read."),
        ),
        Code("internal_error", 500, _("Something went wrong on our side; it is logged under the trace id.")),
    ],
)
