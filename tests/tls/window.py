"""A browser without JavaScript: a cookie jar, forms with hidden fields, redirects, Origin, Referer."""

from __future__ import annotations

import html
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_FIELD = re.compile(r"<input\b[^>]*>")


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}


class Window:
    """Somebody's browser at one address.

    Attributes:
        page: what is shown.
    """

    def __init__(
        self,
        url: str,
        *,
        certificate: Path | None = None,
        jar: httpx.Cookies | None = None,
        language: str = "en",
    ) -> None:
        verify = ssl.create_default_context(cafile=certificate) if certificate else False
        self.http = httpx.Client(base_url=url, verify=verify, follow_redirects=True, timeout=60)
        self.headers = {"Accept": "text/html", "Accept-Language": language}
        if jar is not None:
            self.http._cookies = jar
        self.page = httpx.Response(204)

    def open(self, path: str) -> httpx.Response:
        """GET a page, which must be there."""
        self.page = self.http.get(path, headers=self.headers)
        assert self.page.status_code == 200, f"{path}: {self.page.status_code} {self.page.text[:300]}"
        return self.page

    def send(self, action: str, /, **values: str) -> httpx.Response:
        """Send the form that stands on the page and posts to ``action``, as a browser would."""
        for opening, body in _FORM.findall(self.page.text):
            form = _attributes(opening)
            here = str(self.page.url)
            target = str(self.page.url.join(form.get("action") or here))
            if form.get("method", "").lower() == "post" and urlsplit(target).path == action:
                fields = [_attributes(tag) for tag in _FIELD.findall(body)]
                hidden = {f["name"]: f.get("value", "") for f in fields if f.get("type") == "hidden"}
                origin = "{0.scheme}://{0.netloc}".format(urlsplit(here))
                headers = {"Origin": origin, "Referer": here, **self.headers}
                self.page = self.http.post(target, data={**hidden, **values}, headers=headers)
                return self.page
        raise AssertionError(f"no form for {action} on {self.page.url}: {self.page.text[:2000]}")

    def done(self, action: str, /, **values: str) -> str:
        """Send a form that must be taken; the text of the page that comes then."""
        answer = self.send(action, **values)
        assert answer.status_code == 200, f"{action}: {answer.status_code} {answer.text[:1500]}"
        return answer.text

    def tops_up(self, amount: str, booked: str) -> bool:
        """Whether the page of cash then has these words: the account is opened a moment after the sign-up."""
        self.open("/cash")
        return booked in self.send("/cash", amount=amount).text
