"""Answers: JSON for a client, the browsable API for a person in a browser, on the same addresses."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class BrowsableApi(BrowsableAPIRenderer):
    """DRF's browsable API without HTML forms: bodies are JSON, as for every client."""

    def get_rendered_html_form(self, *args: Any, **kwargs: Any) -> Any:
        return None

    def get_filter_form(self, *args: Any, **kwargs: Any) -> Any:
        return None
