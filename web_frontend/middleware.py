"""What every page has: the visitor's way to the API, their time zone, and a page for each failure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from web_frontend import errors
from web_frontend.display import display_of
from web_frontend.gateway_client import Gateway, GatewayProblem, GatewayUnavailable, SignedOut
from web_frontend.page_locale import fixed_page_locale
from web_frontend.pages import load_again, load_signed_out, sign_in_first
from web_frontend.sessions import page_owner, tokens

logger = logging.getLogger(__name__)


class PolicyMiddleware(CSPMiddleware):
    """What a browser may load: the library builds it for each answer, and most pages have the same one."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the header, unless the view has its own."""
        is_own = self.get_policy_parts(request=request, response=response) != PolicyParts()
        if is_own or settings.DEBUG:  # Django's pages about errors have none then
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _policy())
        return response


@cache
def _policy() -> str:
    return str(build_policy())


class GatewayMiddleware:
    """Gives each request its ``gateway``, and turns the API's failures into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.gateway = Gateway(  # type: ignore[attr-defined]
            forwarded_for=request.headers.get("X-Forwarded-For", ""),
            user_agent=request.headers.get("User-Agent", ""),
            token=lambda: tokens.access_token(request),
        )
        if bool(request.htmx) and page_owner.is_anothers(request):  # type: ignore[attr-defined]
            response = self._reload(request)
        elif page_owner.is_nobodys_part(request):
            response = load_signed_out()
        else:
            response = self.get_response(request)
        if response.status_code == 405:  # Django's decorators answer it with nothing at all
            response = errors.method_not_allowed(request, response.get("Allow", ""))
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    @staticmethod
    def _reload(request: HttpRequest) -> HttpResponse:
        """For a page of somebody else than who is signed in now: nothing is done, the page is loaded anew."""
        message = _("You are signed in as %(name)s here now, so the page was loaded again. Nothing was sent.")
        messages.warning(request, message % {"name": request.session.get("name", "")})
        return load_again()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Pages for :class:`SignedOut`, :class:`GatewayUnavailable` and :class:`GatewayProblem`."""
        if isinstance(error, SignedOut):
            if not tokens.is_leaving(request):  # who is, is told so by the sign-out itself
                messages.warning(request, _("You were signed out. Please sign in again."))
            tokens.sign_out(request)
            return sign_in_first(request)
        if isinstance(error, GatewayUnavailable | RedisError):
            logger.warning("no answer: %s", error)
            return errors.unavailable(request)
        if isinstance(error, GatewayProblem):
            return errors.refused(request, error)
        return None


class TimeZoneMiddleware:
    """Times are shown in the chosen zone, else in the browser's (cookie ``time_zone``), else in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            zone = ZoneInfo(display_of(request).zone or request.COOKIES.get("time_zone") or "UTC")
        except (KeyError, ValueError, OSError):  # not a zone, or no name of a file at all
            zone = ZoneInfo("UTC")
        with timezone.override(zone), fixed_page_locale():
            return self.get_response(request)
