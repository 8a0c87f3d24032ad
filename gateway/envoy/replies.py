"""What Envoy says by itself, as problem+json in the caller's language (RFC 9457).

Envoy's own refusals (no route, service down, bad token, too many requests …) and the closed addresses go
through here; what a service answers passes unchanged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from gateway.envoy import Json, extension, header
from gateway.source import Gateway

_HERE = Path(__file__).parent.parent
#: What Envoy refuses before it reads the headers has no request id yet: it gets one here.
_REQUEST_ID = '%COALESCE({"operators": [{"command": "REQ", "param": "X-REQUEST-ID"}, "UNIQUE_ID"]})%'
_LANGUAGES = ("ru", "en")  # en last: it has no condition


def local_replies(gateway: Gateway) -> Json:
    """The `local_reply_config`: first match wins, the page for browsers before the documents."""
    problems: dict[Any, Json] = yaml.safe_load((_HERE / "problems.yaml").read_text(encoding="utf-8"))
    other = problems.pop("other")
    mappers = [
        *_fragments([429], problems[429], gateway),
        *_fragments([503, 502, 504], problems[503], gateway),
        _page([429], "too_many.html", gateway),
        _page([503, 502, 504], "unavailable.html", gateway),
    ]
    for key, problem in problems.items():
        status, _, cause = str(key).partition(" ")
        condition = [_status_is(int(status)), *_because(cause)]
        mappers += _in_each_language(condition, problem, problem.get("status", int(status)), gateway)
    return {"mappers": mappers + _in_each_language([_any_error()], other, None, gateway)}


def _in_each_language(
    condition: list[Json], problem: Json, status: int | None, gateway: Gateway
) -> list[Json]:
    return [
        {
            "filter": _all([*condition, *_accepts(language)]),
            "body_format_override": _document(problem, language, gateway),
            "headers_to_add": _headers(gateway, status, problem["code"]),
            **({"status_code": status} if "status" in problem else {}),
        }
        for language in _LANGUAGES
    ]


def _detail(problem: Json, language: str, gateway: Gateway) -> str:
    numbers = {
        "body_bytes": gateway.limits.body_bytes,
        "header_kib": gateway.limits.header_kib,
        "headers": gateway.limits.headers,
        "retry_after": gateway.retry_after,
    }
    text: str = problem["detail"][language]
    return text.format(**numbers)


def _document(problem: Json, language: str, gateway: Gateway) -> Json:
    return {
        "json_format": {
            "type": f"/api/docs/#{problem['code']}",
            "title": problem["title"][language],
            "status": "%RESPONSE_CODE%",
            "detail": _detail(problem, language, gateway),
            "code": problem["code"],
            "trace_id": "%RESP(X-REQUEST-ID)%",
        },
        "content_type": "application/problem+json",
    }


def _page(statuses: list[int], file: str, gateway: Gateway) -> Json:
    """A person whose page can't be served sees a page, not JSON."""
    condition = [_one_of(statuses), _header_is("accept", {"contains": "text/html"}), _no_api()]
    policy = header("Content-Security-Policy", "default-src 'none'")
    return {
        "filter": _all(condition),
        "body_format_override": _html((_HERE / file).read_text(encoding="utf-8")),
        "headers_to_add": [*_headers(gateway, statuses[0], ""), policy],
    }


def _fragments(statuses: list[int], problem: Json, gateway: Gateway) -> list[Json]:
    """A page that asks for a part of itself by htmx gets a line for its #status; the rest stays as it is."""
    condition = [_one_of(statuses), _header_is("hx-request", {"exact": "true"}), _no_api()]
    return [
        {
            "filter": _all([*condition, *_accepts(language)]),
            "body_format_override": _html(
                '<div hx-swap-oob="innerHTML:#status"><p class="message message-warning"><span><strong>'
                f"{problem['title'][language]}.</strong> {_detail(problem, language, gateway)}"
                "</span></p></div>"
            ),
            "headers_to_add": [*_headers(gateway, statuses[0], ""), header("HX-Reswap", "none")],
        }
        for language in _LANGUAGES
    ]


def _html(text: str) -> Json:
    return {"text_format_source": {"inline_string": text}, "content_type": "text/html; charset=utf-8"}


def _headers(gateway: Gateway, status: int | None, code: str) -> list[Json]:
    headers = [header("Cache-Control", "no-store"), header("X-Request-Id", _REQUEST_ID)]
    if status == 503:
        headers.append(header("Retry-After", str(gateway.retry_after)))
    if status == 401:
        error = ', error="invalid_token"' if code == "token_invalid" else ""  # RFC 6750
        headers.append(header("WWW-Authenticate", f'Bearer realm="birzha"{error}'))
    return headers


def _status_is(status: int, compared: str = "EQ") -> Json:
    value = {"default_value": status, "runtime_key": f"gateway.problem_{status}"}
    return {"status_code_filter": {"comparison": {"op": compared, "value": value}}}


def _because(cause: str) -> list[Json]:
    """The condition that Envoy gives this as the reason; none when any will do."""
    if not cause:
        return []
    expression = f"response.code_details.contains('{cause}')"
    proto = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    return [
        {
            "extension_filter": extension(
                "envoy.access_loggers.extension_filters.cel", proto, expression=expression
            )
        }
    ]


def _one_of(statuses: list[int]) -> Json:
    found = [_status_is(status) for status in statuses]
    return {"or_filter": {"filters": found}} if len(found) > 1 else found[0]


def _no_api() -> Json:
    return _header_is(":path", {"prefix": "/api/"}, invert=True)


def _any_error() -> Json:
    return _status_is(400, "GE")


def _accepts(language: str) -> list[Json]:
    """The condition that the caller's first language is this one; none for the default."""
    if language == "en":
        return []
    return [_header_is("accept-language", {"prefix": language, "ignore_case": True})]


def _header_is(name: str, match: Json, *, invert: bool = False) -> Json:
    return {"header_filter": {"header": {"name": name, "string_match": match, "invert_match": invert}}}


def _all(filters: list[Json]) -> Json:
    return filters[0] if len(filters) == 1 else {"and_filter": {"filters": filters}}
