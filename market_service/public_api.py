"""The base of public reads of the market; the response does not depend on the caller."""

from __future__ import annotations

from django.conf import settings
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page

from servicekit.api.views import Api


# ETag, and 304 for If-None-Match; compressed here, so that the gateway keeps pages compressed
@method_decorator([gzip_page, conditional_page], name="dispatch")
class PublicApi(Api):
    """A read that browsers and the gateway may cache for a few seconds."""

    public = True
    cache_control = f"public, max-age={settings.PUBLIC_MAX_AGE}"
