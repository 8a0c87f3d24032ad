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
        Code("rate_limited", 429, _("Too many requests in a short time. Retry-After says when to go on.")),
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
)

SENDING_TWICE: Codes = (
    _("Sending twice"),
    [
        Code(
            "idempotency_key_missing",
            400,
            _("Send the header Idempotency-Key: a new random value for each new intention."),
        ),
        Code("idempotency_key_invalid", 400, _("An Idempotency-Key has 1 to 128 visible ASCII characters.")),
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
                "A part of Birzha did not answer in time; whether it acted is not known. Send the"
                " same Idempotency-Key again."
            ),
        ),
        Code(
            "bad_gateway",
            502,
            _("The service behind this address gave an answer that could not be read."),
        ),
        Code("internal_error", 500, _("Something went wrong on our side; it is logged under the trace id.")),
    ],
)
