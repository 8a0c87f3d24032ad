"""What every view needs: page or fragment, redirects, access, parts that failed alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache, partial, wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from web_frontend.gateway_client import GatewayRequest, GatewayUnavailable, cursor
from web_frontend.sessions import unread
from web_frontend.sessions.tokens import is_signed_in

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]
#: Gives what a page shows of the API's answers, and the page's status, once they are there.
Answered = Callable[[], tuple[dict[str, Any], int]]


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part; going back in history always needs the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page that is looked at, from an address of the part's own."""
    htmx = request.htmx  # type: ignore[attr-defined]
    if not htmx or htmx.boosted or request.method not in ("GET", "HEAD") or not htmx.current_url_abs_path:
        return False
    return bool(urlsplit(htmx.current_url_abs_path).path != request.path)


def show(
    request: HttpRequest, page: str, context: dict[str, Any], *, fragment: str, status: int = 200
) -> HttpResponse:
    """Render the whole page, or only its fragment when htmx asks.

    Args:
        page: template of the page, which includes the fragment.
        fragment: template of the part that htmx swaps.
    """
    return render(request, fragment if wants_fragment(request) else page, context, status=status)


def show_early(
    request: HttpRequest, page: str, context: dict[str, Any], answered: Answered, *, fragment: str = ""
) -> HttpResponse:
    """Write a page while its answers are on their way, as far as ``{% wait_for_answers %}``; or its fragment.

    Args:
        context: what the page has from the beginning.
        answered: called once; by then its calls have been sent (:meth:`Gateway.ask`).
        fragment: "" of a page that htmx asks for no part of by this view.

    Raises:
        Whatever ``answered`` raises.
    """
    if fragment and wants_fragment(request):
        values, status = answered()
        return render(request, fragment, {**context, **values}, status=status)
    unread.ask(request)
    once = cache(answered)
    response = render(request, page, {**context, "answered": once})
    response.status_code = once()[1]
    return response


def show_form(
    request: HttpRequest, title: str, fragment: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    """Render a page of one form, or that form alone.

    Args:
        title: of the page, and the heading above the form.
        fragment: template of the form.
    """
    context = {**context, "title": title, "fragment": fragment}
    return show(request, "forms/page.html", context, fragment=fragment, status=status)


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to another page; for htmx by a header, because it follows redirects itself."""
    if bool(request.htmx):  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address, status=303)


def load_again() -> HttpResponse:
    """For htmx: nothing is swapped, the browser loads the page that it is on anew."""
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def load_signed_out() -> HttpResponse:
    """The same, of a page that was made for who is signed out by now: ``birzha.js`` keeps what is typed."""
    response = load_again()
    response["X-Signed-Out"] = "yes"
    return response


def sign_in_address(request: HttpRequest) -> str:
    """The sign-in page, which comes back to the present page, with what its form has (:func:`keeps`)."""
    if request.method == "GET" and not request.htmx:  # type: ignore[attr-defined]
        return sign_in_for(request.get_full_path())
    here = request.htmx.current_url_abs_path or form_address(request)  # type: ignore[attr-defined]
    if kept := _kept(request):
        parts = urlsplit(here)
        here = f"{parts.path}?{urlencode(dict(parse_qsl(parts.query)) | kept)}"
    return sign_in_for(here)


def keeps(**fields: str) -> Callable[[View], View]:
    """Says of a view that takes a form what of its page's address fills which field in.

    Args:
        fields: of the form, each with the parameter of the address.
    """

    def mark(view: View) -> View:
        view.keeps = fields  # type: ignore[attr-defined]
        return view

    return mark


def _kept(request: HttpRequest) -> dict[str, str]:
    view = request.resolver_match.func if request.resolver_match else None
    fields: dict[str, str] = getattr(view, "keeps", {})
    return {name: request.POST[field] for field, name in fields.items() if request.POST.get(field)}


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; for a part of a page that page again, which knows best whether it needs that."""
    return load_signed_out() if is_part(request) else go_to(request, sign_in_address(request))


def sign_in_for(address: str) -> str:
    """The sign-in page, which leads to an address of ours then."""
    return reverse("sign_in") + "?" + urlencode({"next": address}, safe="/")


def form_address(request: HttpRequest) -> str:
    """The page of ours that a form without JavaScript was on; the market where that is not known."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host():
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def next_address(request: HttpRequest, default: str) -> str:
    """The ``next`` of the request if it is a page of ours; the default otherwise."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return default


def signed_in(view: View) -> View:
    """Only for signed-in visitors; others are sent to sign in and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_signed_in(request):
            if request.method == "POST":
                messages.warning(
                    request, _("You are signed out, so nothing was done. Sign in and press again.")
                )
            return sign_in_first(request)
        return view(request, *args, **kwargs)

    return guarded


def follow_filters(request: HttpRequest, response: HttpResponse, address: str, *, typed: str) -> None:
    """Have the browser's address say what is shown, for Back, too: what was chosen is a new entry of its
    history, what somebody types takes the place of the present one.

    Args:
        address: of the page with its filters.
        typed: the parameter that is typed; the others are chosen.
    """
    before = urlsplit(request.htmx.current_url_abs_path or "")  # type: ignore[attr-defined]
    now = urlsplit(address)

    def chosen(query: str) -> list[tuple[str, str]]:
        return sorted(pair for pair in parse_qsl(query) if pair[0] not in (typed, "cursor"))

    is_typed = before.path == now.path and chosen(before.query) == chosen(now.query)
    response["HX-Replace-Url" if is_typed else "HX-Push-Url"] = address


def page_links(answer: dict[str, Any] | None, **chosen: Any) -> dict[str, str]:
    """The addresses of the newer and the older page of a list, "" where there is none."""
    links = {"newer": answer["previous"], "older": answer["next"]} if answer else {}
    return {
        name: "?" + urlencode({**chosen, "cursor": cursor(link)}) if link else ""
        for name, link in links.items()
    }


def fetch_all(request: GatewayRequest, *asked: Callable[[], Any]) -> list[Any]:
    """What several sources answer that have all been asked: a page takes as long as the slowest of them.

    Beside them, what the header of a whole page needs is asked for.

    Args:
        asked: each of :meth:`web_frontend.gateway_client.Gateway.ask`, or what waits for one.

    Raises:
        Whatever one of them raises; :func:`attempt_all` is for what may fail alone.
    """
    unread.ask(request)
    return [answer() for answer in asked]


def attempt_all(request: GatewayRequest, *asked: Callable[[], Any]) -> list[Any]:
    """The same, each by :func:`attempt`: None of a source that is down."""
    return fetch_all(request, *(partial(attempt, answer) for answer in asked))


def attempt(asked: Callable[[], Any]) -> Any:
    """What a source answers, or None when it is down: the rest of the page still shows.

    For panels only: a template that gets None says that the source failed.
    """
    try:
        return asked()
    except GatewayUnavailable as error:
        logger.warning("a panel has no answer: %s", error)
        return None
