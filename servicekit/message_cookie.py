"""Django's messages in a cookie of each service's own, so that no service discards another's messages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest


class MessageCookie(CookieStorage):
    """``MESSAGE_STORAGE`` of the pages and of every admin; the cookie is called ``MESSAGE_COOKIE_NAME``."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.cookie_name = settings.MESSAGE_COOKIE_NAME
        super().__init__(request, *args, **kwargs)
