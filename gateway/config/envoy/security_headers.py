"""The headers of every response, whether from a service, nginx, or Envoy itself."""

from __future__ import annotations

from gateway.config.envoy import Json, header
from gateway.config.site import Site

#: Seconds that a browser comes by https only, once it has.
HSTS_S = 365 * 24 * 3600
#: What no page of ours uses, so that nothing that gets into one can.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")


#: The one style that Django's admin writes into a page, of a list without actions.
ADMIN_LIST_STYLE = "'sha256-blvLUW3UscWqsXGByNOqdBboM+ShWAuugp2mC/wbafU='"
#: What a page may load: elements of the admins and the browsable API carry styles, never a script.
#: The pages say a stricter one themselves.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {ADMIN_LIST_STYLE}",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


def content_policy() -> Json:
    """The Content-Security-Policy of a service's answer that has none of its own."""
    return header("Content-Security-Policy", CONTENT_POLICY) | {"append_action": "ADD_IF_ABSENT"}


def security_headers(site: Site) -> list[Json]:
    """Headers of all answers; that of https only where browsers come by it."""
    headers = [
        header("X-Content-Type-Options", "nosniff"),
        header("Permissions-Policy", ", ".join(f"{name}=()" for name in UNUSED)),
    ]
    if site.behind_tls:
        headers.append(header("Strict-Transport-Security", f"max-age={HSTS_S}"))
    return headers
