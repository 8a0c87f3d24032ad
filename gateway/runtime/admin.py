"""Envoy's admin, over its unix socket."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway.runtime.connections import UnixConnection


class Admin:
    """Every call may raise OSError or HTTPException while Envoy is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stats(self, pattern: str) -> dict[str, Any]:
        """Counters and gauges by name, and under ``histograms`` their cumulative buckets.

        Args:
            pattern: a regular expression over the names.
        """
        answer = json.loads(
            self._get(f"/stats?format=json&histogram_buckets=cumulative&filter={quote(pattern)}")
        )
        found: dict[str, Any] = {"histograms": {}}
        for entry in answer["stats"]:
            if "histograms" in entry:
                found["histograms"] = {one["name"]: one["buckets"] for one in entry["histograms"]}
            else:
                found[entry["name"]] = entry["value"]
        return found

    def runtime(self) -> dict[str, str]:
        """The runtime values that are in use."""
        entries = json.loads(self._get("/runtime"))["entries"]
        return {name: entry["final_value"] for name, entry in entries.items()}

    def answers(self) -> bool:
        """Whether Envoy is there."""
        try:
            return bool(self._get("/runtime"))
        except (OSError, http.client.HTTPException):
            return False

    def post(self, path: str) -> str:
        """Tell it to do something: ``/healthcheck/fail``."""
        return self._request("POST", path)

    def _get(self, path: str) -> str:
        return self._request("GET", path)

    def _request(self, method: str, path: str) -> str:
        connection = UnixConnection(self.path, timeout=2)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            body = response.read().decode()
            if response.status != 200:
                raise http.client.HTTPException(f"{path}: {response.status}")
            return body
        finally:
            connection.close()
