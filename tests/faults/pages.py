"""A customer's browser: signing in and out by the pages."""

from __future__ import annotations

import re

import httpx

#: What :func:`sign_in_and_out` says when all of it went as it should.
DONE = "signed in and out"


def sign_in_and_out(url: str, name: str, password: str) -> str:
    """Sign in, open a page that is one's own, sign out, and see that one is out.

    Returns:
        :data:`DONE`, or what came instead.
    """
    try:
        with httpx.Client(base_url=url, timeout=12, verify=False) as browser:
            answer = _post(browser, "/sign-in", "/sign-in", username=name, password=password)
            if answer.status_code != 303:
                return f"sign-in: {answer.status_code}"
            page = browser.get("/cash")
            if page.status_code != 200:
                return f"a page after signing in: {page.status_code}"
            answer = _post(browser, "/sign-out", "/cash")
            if answer.status_code != 303:
                return f"sign-out: {answer.status_code}"
            page = browser.get("/cash")
            return DONE if page.status_code == 303 else f"a page after signing out: {page.status_code}"
    except httpx.HTTPError as error:
        return repr(error)


def _post(browser: httpx.Client, path: str, form: str, **fields: str) -> httpx.Response:
    page = browser.get(form)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    if token is None:
        return page
    return browser.post(
        path, data={"csrfmiddlewaretoken": token[1], **fields}, headers={"Referer": f"{browser.base_url}"}
    )
