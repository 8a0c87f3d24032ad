"""What Envoy says by itself, as problem+json in the caller's language (RFC 9457).

Envoy's own refusals (no route, service down, bad token, too many requests …) and the closed addresses go
through here; what a service answers passes unchanged.
"""

from __future__ import annotations

import base64
import hashlib
import re
from string import Template

from gateway.config.envoy import Json, because, header
from gateway.config.envoy.security_headers import security_headers
from gateway.config.problems import FOLDER, filled, load_problems
from gateway.config.site import Site
from gateway.config.source import Gateway

#: What Envoy refuses before it reads the headers has no request id yet: it gets one here.
_REQUEST_ID = '%COALESCE({"operators": [{"command": "REQ", "param": "X-REQUEST-ID"}, "UNIQUE_ID"]})%'
_LANGUAGES = ("ru", "en")  # en last: it has no condition
_TRACE = {"en": "Trace id", "ru": "Номер обращения"}
_NO_FRAME = "frame-ancestors 'none'"
_STYLE = (FOLDER / "error.css").read_text(encoding="utf-8").strip()
#: A page may use this one style and nothing else.
_STYLE_HASH = f"sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}"


def local_replies(gateway: Gateway, site: Site) -> Json:
    """The `local_reply_config`: first match wins, what browsers get before the documents."""
    problems = load_problems()
    other, _ = problems.pop("other"), problems.pop("exports")  # nginx says the latter
    mappers = []
    for key, problem in problems.items():
        status, _, cause = str(key).partition(" ")
        condition = [_status_is(int(status)), *because(cause)]
        mappers += _in_each_form(condition, problem, problem.get("status", int(status)), gateway, site)
    mappers += _in_each_form([_any_error()], other, None, gateway, site)
    for mapper in mappers:
        mapper["headers_to_add"] += [*security_headers(site), header("X-Frame-Options", "DENY")]
    return {"mappers": mappers}


def _in_each_form(
    condition: list[Json], problem: Json, status: int | None, gateway: Gateway, site: Site
) -> list[Json]:
    """A problem as a part of a page, as a page and as a document, in each language."""
    policy = header("Content-Security-Policy", f"default-src 'none'; style-src '{_STYLE_HASH}'; {_NO_FRAME}")
    forms = [
        ([_header_is("hx-request", {"exact": "true"}), _no_api()], _fragment, [header("HX-Reswap", "none")]),
        ([_header_is("accept", {"contains": "text/html"}), _no_api()], _page, [policy]),
        ([], _document, [header("Content-Security-Policy", f"default-src 'none'; {_NO_FRAME}")]),
    ]
    return [
        {
            "filter": _all([*condition, *accepted, *_is_language(language, site.language_cookie)]),
            "body_format_override": body(problem, language, gateway),
            "headers_to_add": [*_headers(gateway, status, problem["code"]), *headers],
            **({"status_code": status} if "status" in problem else {}),
        }
        for accepted, body, headers in forms
        for language in _LANGUAGES
    ]


def _document(problem: Json, language: str, gateway: Gateway) -> Json:
    return {
        "json_format": {
            "type": f"/api/docs/#{problem['code']}",
            "title": problem["title"][language],
            "status": "%RESPONSE_CODE%",
            "detail": filled(problem["detail"][language], gateway),
            "code": problem["code"],
            "trace_id": "%RESP(X-REQUEST-ID)%",
        },
        "content_type": "application/problem+json",
    }


def _page(problem: Json, language: str, gateway: Gateway) -> Json:
    """A person whose page can't be served sees a page, not JSON."""
    page = problem["page"] if "page" in problem else problem["detail"]
    title: Json = page["title"] if "title" in page else problem["title"]
    template = Template((FOLDER / "error.html").read_text(encoding="utf-8"))
    return _html(
        template.substitute(
            language=language,
            title=title[language],
            text=filled(page[language], gateway),
            trace=_TRACE[language],
            style=_STYLE,
        )
    )


def _fragment(problem: Json, language: str, gateway: Gateway) -> Json:
    """A page that asks for a part of itself by htmx gets a line for its #status; the rest stays as it is."""
    return _html(
        '<div hx-swap-oob="innerHTML:#status"><p class="message message-warning"><span><strong>'
        f"{problem['title'][language]}.</strong> {filled(problem['detail'][language], gateway)}"
        "</span></p></div>"
    )


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


def _no_api() -> Json:
    """The documentation of the API is a page, too."""
    page = [
        _header_is(":path", {"prefix": "/api/"}, invert=True),
        _header_is(":path", {"prefix": "/api/docs"}),
    ]
    return {"or_filter": {"filters": page}}


def _any_error() -> Json:
    return _status_is(400, "GE")


def _is_language(language: str, cookie: str) -> list[Json]:
    """The condition that the caller's language is this one: the one chosen on the pages, else the first that
    the browser names. None for the default, which comes last.
    """
    if language == "en":
        return []
    chosen = [_header_is("cookie", _chosen(cookie, name)) for name in _LANGUAGES]
    accepts = _header_is("accept-language", {"prefix": language, "ignore_case": True})
    unless = _header_is("cookie", _chosen(cookie, "en"), invert=True)
    return [{"or_filter": {"filters": [chosen[_LANGUAGES.index(language)], _all([accepts, unless])]}}]


def _chosen(cookie: str, language: str) -> Json:
    """A cookie of web_frontend's, whatever stands before its name."""
    return {"safe_regex": {"regex": f"(.*[; _-])?{re.escape(cookie)}={language}(;.*)?"}}


def _header_is(name: str, match: Json, *, invert: bool = False) -> Json:
    inverted = {"invert_match": True, "treat_missing_header_as_empty": True} if invert else {}
    return {"header_filter": {"header": {"name": name, "string_match": match, **inverted}}}


def _all(filters: list[Json]) -> Json:
    return filters[0] if len(filters) == 1 else {"and_filter": {"filters": filters}}
