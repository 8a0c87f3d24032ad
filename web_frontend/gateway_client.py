"""The only way out of the pages: the public API, asked through the gateway as any client asks it.

One pool of connections a process (a unix socket or http). A request carries the visitor's language,
address and request id, and the visitor's access token when there is one. What comes back is parsed
JSON, or one of three errors: :class:`GatewayProblem` (the API refused, RFC 9457),
:class:`SignedOut` (it no longer knows the visitor), :class:`GatewayUnavailable` (no answer).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from http.client import responses
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpcore
import orjson
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from servicekit.telemetry import current_origin

#: Seconds of a call that does something: longer than the gateway's one try at a service, shorter than all of
#: its tries (gateway.yaml, timeouts), and below the lifetime of the refresh lock (sessions/tokens.py).
CALL_S = 6.0
#: Seconds of all calls of one page: less than the gateway waits for a page, so that a page of ours reports
#: what hangs.
PAGE_S = 8.0
#: Seconds of a read: each part of a page has one of its own, and says itself when it gets no answer.
READ_S = 3.0
#: A 503 of these is an answer: nothing was done, and its sentence says why.
BUSY = {"sign_in_busy"}
#: What the pages call themselves where no visitor's browser does.
OWN_AGENT = "birzha-pages"
#: What the gateway's socket is called; nothing looks the name up.
INNER_URL = "http://gateway"


#: What an address may have besides letters and digits; anything else, such as Russian letters, is encoded.
_AS_IT_IS = "/?=&%+,:-._~@!$'()*;"

#: Codes of a 401 that refuse a sign-in; any other says that a session has ended.
SIGN_IN_CODES = ("invalid_credentials", "second_factor_required", "challenge_invalid")


class GatewayUnavailable(Exception):
    """The source did not answer, or answered that it is down. Worth trying again."""

    def __init__(self, source: str, reason: str) -> None:
        self.source, self.reason = source, reason
        super().__init__(f"{source}: {reason}")


class SignedOut(Exception):
    """The API no longer accepts the visitor's session."""


class GatewayProblem(Exception):
    """The API refused.

    Attributes:
        status: the HTTP status.
        code: stable, never translated.
        detail: a sentence in the visitor's language.
        errors: ``[{field, code, detail}]`` for bad fields.
        retry_after: seconds to wait, for 429 and 503.
        challenge: what a sign-in goes on with that needs a code; "" of anything else.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: list[dict[str, str]] | None = None,
        retry_after: int | None = None,
        challenge: str = "",
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.retry_after, self.challenge = errors or [], retry_after, challenge
        super().__init__(f"{status} {code}: {detail}")


@lru_cache(maxsize=2)
def pool(gateway_url: str) -> httpcore.ConnectionPool:
    """The process's connections to the gateway: ``unix:/path/gateway.sock`` or ``http://…``.

    httpcore is what httpx sends by: nothing here redirects, sets cookies, signs in or is compressed, and what
    httpx does around it nearly doubles what a request costs.
    """
    uds = gateway_url.removeprefix("unix:") if gateway_url.startswith("unix:") else None
    return httpcore.ConnectionPool(
        uds=uds, max_connections=64, max_keepalive_connections=16, keepalive_expiry=20, retries=1
    )


class Gateway:
    """One visitor's way to the API; ``request.gateway``.

    Args:
        forwarded_for: the visitor's address, passed on so that limits count visitors, not the pages.
        user_agent: what the visitor's browser calls itself, to be shown beside their sessions.
        token: gives the visitor's access token, or None for an anonymous visitor. Called when a
            request first needs it; may refresh it. What it gives is good for longer than a page takes.
    """

    def __init__(
        self, *, forwarded_for: str = "", user_agent: str = "", token: Callable[[], str | None]
    ) -> None:
        self._forwarded_for, self._find_token = forwarded_for, token
        self._known_token: str | None = None
        self._user_agent = user_agent[:256].encode("ascii", "replace").decode("ascii")
        self._ends_at = time.monotonic() + PAGE_S

    def get(
        self, path: str, *, public: bool = False, timeout_s: float = READ_S, **params: Any
    ) -> dict[str, Any]:
        """Read a resource; parameters that are empty are left out. ``public``: without a token.

        ``timeout_s`` is that of the call, within the page's.
        """
        query = {name: value for name, value in params.items() if value not in (None, "")}
        return self._json("GET", path, public=public, query=query, timeout_s=timeout_s)

    def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str = "",
        public: bool = False,
        timeout_s: float = CALL_S,
    ) -> dict[str, Any]:
        """Do something; ``key`` is the Idempotency-Key of orders, deposits and withdrawals.

        ``timeout_s`` is that of the call, within the page's.
        """
        headers = {"Idempotency-Key": key} if key else {}
        return self._json("POST", path, public=public, body=body, headers=headers, timeout_s=timeout_s)

    def put(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Say that a resource is there, or what it is; saying it again changes nothing."""
        return self._json("PUT", path, body=body)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Change a resource."""
        return self._json("PATCH", path, body=body)

    def delete(self, path: str) -> None:
        """End a resource."""
        self._json("DELETE", path)

    def _token(self) -> str | None:
        self._known_token = self._known_token or self._find_token()
        return self._known_token

    def authorization(self) -> str:
        """The visitor's ``Authorization``, for requests to the API in their name.

        Raises:
            SignedOut: nobody is signed in any more.
        """
        if token := self._token():
            return f"Bearer {token}"
        raise SignedOut("no token")

    def _json(
        self,
        method: str,
        path: str,
        *,
        public: bool = False,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        timeout_s: float = CALL_S,
    ) -> dict[str, Any]:
        is_repeatable = method == "GET" or "Idempotency-Key" in (headers or {})
        sent = {**self._headers(public=public), **(headers or {})}
        content = None if method == "GET" else b""
        if body is not None:
            content, sent["Content-Type"] = orjson.dumps(body), "application/json"
        request = {"url": _address(path, query), "headers": list(sent.items()), "content": content}
        response = self._sent(method, path, timeout_s, is_repeatable=is_repeatable, **request)
        if not 200 <= response.status < 300:
            _refuse(path, response)
        if response.status in (202, 204) and not response.content:
            return {}
        try:
            answer: dict[str, Any] = orjson.loads(response.content)
            return answer
        except ValueError as error:
            raise GatewayUnavailable(path, "not JSON") from error

    def _sent(
        self, method: str, path: str, timeout_s: float, *, is_repeatable: bool, **request: Any
    ) -> httpcore.Response:
        """Send; once more if a kept connection turned out closed and repeating is harmless."""
        try:
            try:
                return self._sent_once(method, path, timeout_s, **request)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
                if not is_repeatable:
                    raise
                return self._sent_once(method, path, timeout_s, **request)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise GatewayUnavailable(path, f"{type(error).__name__}: {error}") from error

    def _sent_once(self, method: str, path: str, timeout_s: float, **request: Any) -> httpcore.Response:
        timeout = self._timeout(path, timeout_s)
        return pool(settings.GATEWAY_URL).request(method, extensions={"timeout": timeout}, **request)

    def _timeout(self, path: str, timeout_s: float) -> dict[str, float]:
        """What is left of the page's time, at most that of one call; seconds, by httpcore's names."""
        left = min(timeout_s, self._ends_at - time.monotonic())
        if left <= 0:
            raise GatewayUnavailable(path, "the page has no time left for it")
        return {"read": left, "write": left, "connect": min(1.0, left), "pool": min(2.0, left)}

    def _headers(self, *, public: bool) -> dict[str, str]:
        token = None if public else self._token()
        origin = current_origin()
        headers = {
            "Host": urlsplit(settings.PUBLIC_URL).netloc,  # the gateway answers to no other
            "Accept": "application/json",
            "Accept-Language": get_language() or "en",
            "User-Agent": self._user_agent or OWN_AGENT,
            "X-Forwarded-For": self._forwarded_for,
            "X-Request-Id": origin.request_id,
            "Traceparent": origin.traceparent,
            "Tracestate": origin.tracestate,
            "Authorization": f"Bearer {token}" if token else "",
        }
        return {name: value for name, value in headers.items() if value}


class GatewayRequest(HttpRequest):
    """For type hints: a request as the middlewares leave it."""

    gateway: Gateway
    htmx: Any


def cursor(address: str | None) -> str:
    """The cursor in a ``next`` or ``previous`` address of a page of results; "" for none."""
    return parse_qs(urlsplit(address or "").query).get("cursor", [""])[0]


def _address(path: str, query: dict[str, Any] | None) -> str:
    url = settings.GATEWAY_URL
    address = (INNER_URL if url.startswith("unix:") else url.rstrip("/")) + quote(path, safe=_AS_IT_IS)
    return f"{address}?{urlencode(query)}" if query else address


def _refuse(path: str, response: httpcore.Response) -> None:
    try:
        problem = orjson.loads(response.content)
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    code, status = str(problem.get("code", "")), response.status
    if status >= 500 and code not in BUSY:
        raise GatewayUnavailable(path, f"{status} {code}")
    if status == 401 and code not in SIGN_IN_CODES:
        raise SignedOut(code)
    after = next((value for name, value in response.headers if name.lower() == b"retry-after"), b"")
    raise GatewayProblem(
        status,
        code,
        str(problem.get("detail") or responses.get(status, "")),
        problem.get("errors"),
        int(after) if after.isdigit() else None,
        str(problem.get("challenge", "")),
    )
