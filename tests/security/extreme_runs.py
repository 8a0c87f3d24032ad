"""All runs of probes, begun together: while one service works on its own, the others need not wait."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import httpx

from compose.local.paths import ROOT
from compose.system import SERVICES
from compose.system.environment import child_environment
from tests.e2e.people import Person
from tests.e2e.test_operators import sign_in
from tests.e2e.test_schemas import document_of
from tests.security import admin_probes, page_probes
from tests.security.api_probes import api_probes
from tests.security.prober import Probe, ProbeRun, probed
from tests.system import System

PACKAGES = {service.slug: service.package for service in SERVICES}


@dataclass
class ExtremeRuns:
    """Plans runs, begins them and keeps what they come to, by name.

    Attributes:
        system: what is tried.
        new_person: makes customers.
        planned: part, name and what to do; begun when everybody has signed up, for which they leave no room.
        queues: of each part, by slug: one run at a time, so that no part waits for another.
    """

    system: System
    new_person: Callable[..., Person]
    planned: list[tuple[str, str, Callable[[], ProbeRun]]] = field(default_factory=list)
    queues: dict[str, ThreadPoolExecutor] = field(default_factory=lambda: defaultdict(_one_by_one))
    runs: dict[str, Future[ProbeRun]] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin all that is planned."""
        for part, name, work in self.planned:
            self.runs[name] = self.queues[part].submit(work)

    def end(self) -> None:
        """Begin nothing more."""
        for queue in self.queues.values():
            queue.shutdown(cancel_futures=True)

    def plan_pages(self) -> None:
        """The pages, of which one process makes all, so that they take longest."""
        browser = signed_in(self.system, self.new_person(deposit="1000.00"))
        found = addresses_of(self.system, "web_frontend")["pages"]
        # signing out is left out: nobody would be signed in for the rest
        pages = [page for page in found if page["path"] != "/sign-out"]
        assert len(pages) > 15
        assert {page["path"] for page in pages} >= page_probes.POSTS
        own = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        plain = httpx.Client(base_url=self.system.url, timeout=60)
        token = csrf(browser, "/cash")
        probes = {
            "addresses": (browser, page_probes.address_probes(pages)),
            "forms": (browser, page_probes.form_probes(pages, token, self.system.url)),
            "cookies": (plain, page_probes.cookie_probes(own)),
            "time zones": (plain, page_probes.time_zone_probes(own)),
            "headers": (browser, page_probes.header_probes("/history", 0)),
        }
        for name, (client, each) in probes.items():
            self._plan("pages", f"pages: {name}", partial(self._pages, browser, client, each))

    def plan_api(self) -> None:
        """Each service's API; by people of their own: wrong passwords without end lock one for a while."""
        for slug in PACKAGES:
            person = self.new_person()
            probes = api_probes(document_of(person, slug))
            self._plan(slug, f"api: {slug}", partial(probed, person.http, probes))
        person = self.new_person()
        headers = page_probes.header_probes("/api/v1/operations", 1)
        self._plan("billing", "api: headers", partial(probed, person.http, headers))

    def plan_admins(self) -> None:
        """Each service's admin, by an operator who is signed in to all."""
        known = self.system.settings_of("operator")
        name, password = known["BIRZHA_OPERATOR_USERNAME"], known["BIRZHA_OPERATOR_PASSWORD"]
        operator, answer = sign_in(self.system, name, password)
        assert answer.status_code == 302
        for slug in PACKAGES:
            self._plan(slug, f"lists: {slug}", partial(self._lists, operator, slug))
        for slug in PACKAGES:
            self._plan(slug, f"others: {slug}", partial(self._others, operator, slug))

    def _plan(self, part: str, name: str, work: Callable[[], ProbeRun]) -> None:
        self.planned.append((part, name, work))

    def _pages(self, browser: httpx.Client, client: httpx.Client, probes: Iterable[Probe]) -> ProbeRun:
        run = probed(client, probes)
        assert browser.get("/portfolio").status_code == 200, "signed out meanwhile"
        return run

    def _lists(self, operator: httpx.Client, slug: str) -> ProbeRun:
        models = addresses_of(self.system, PACKAGES[slug])["models"]
        assert len(models) >= 4
        run = probed(operator, admin_probes.list_probes(slug, models))
        assert operator.get(f"/admin/{slug}/").status_code == 200, "signed out meanwhile"
        return run

    def _others(self, operator: httpx.Client, slug: str) -> ProbeRun:
        found = addresses_of(self.system, PACKAGES[slug])["admin"]
        assert len(found) > 20
        return probed(operator, admin_probes.other_probes(slug, found))


def _one_by_one() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


@cache
def addresses_of(system: System, package: str) -> dict[str, Any]:
    """What ``tests.security.addresses`` prints of a package."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.security.addresses", package],
        cwd=ROOT, env=child_environment(system.home.root), capture_output=True, text=True, timeout=300,
        check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def signed_in(system: System, somebody: Person) -> httpx.Client:
    """A browser in which somebody is signed in to the pages."""
    client = httpx.Client(base_url=system.url, timeout=60)
    form = {"username": somebody.name, "password": somebody.password, **csrf(client, "/sign-in")}
    answer = client.post("/sign-in", data=form, headers={"Referer": system.url})
    assert answer.status_code == 303, answer.text
    return client


def csrf(client: httpx.Client, address: str) -> dict[str, str]:
    """The CSRF token of a page's form, as a field."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(address).text)
    assert found
    return {"csrfmiddlewaretoken": found[1]}
