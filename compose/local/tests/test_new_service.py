"""A service is added by its folder, an entry in compose/system, its lines in gateway.yaml and its contracts.

In a copy of the project, which has beside the new one only the service that it hears.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest
import redis

from compose.local import databases, valkey
from compose.local.paths import ROOT, Home
from compose.local.settings import free_port
from compose.local.stack import Stack
from compose.system.environment import child_environment
from servicekit.testing.waiting import wait

COPIED = ("compose", "gateway", "servicekit", "user_service")
#: What every service has alike, taken from this one.
SIBLING = "notification_service"
ALIKE = ("manage.py", "__init__.py", "config/__init__.py", "config/celery.py", "config/wsgi.py")

ENTRY = '    Service("tally", "tally_service", "tally", ("Tally", "Учёт")),\n'
ONLY = 'SERVICES = tuple(service for service in SERVICES if service.name in ("user", "tally"))\n'

FOLDER = {
    "config/settings.py": """
        from servicekit.settings.environment import settings_of

        settings_of("tally_service")
        from servicekit.settings.base import *

        INSTALLED_APPS += ["tally_service.people"]
    """,
    "config/urls.py": """
        from django.urls import path

        from servicekit.urls import handler400, handler403, handler404, handler500, service_urls
        from tally_service.people.apis import TallyApi

        urlpatterns = service_urls(api=[path("api/v1/tally", TallyApi.as_view())])
    """,
    "subscriptions.py": """
        from servicekit.contracts import user
        from tally_service.people.handlers import on_account_registered

        SUBSCRIPTIONS = {user.AccountRegistered: on_account_registered}
    """,
    "people/__init__.py": "",
    "people/models.py": """
        from django.db import models


        class Person(models.Model):
            id = models.UUIDField(primary_key=True)
    """,
    "people/migrations/__init__.py": "",
    "people/migrations/0001_initial.py": """
        from django.db import migrations, models


        class Migration(migrations.Migration):
            initial = True
            operations = [
                migrations.CreateModel(
                    "Person", [("id", models.UUIDField(primary_key=True, serialize=False))]
                )
            ]
    """,
    "people/handlers.py": """
        from tally_service.people.services import person_count


        def on_account_registered(message):
            person_count(user_id=message.event.user_id)
    """,
    "people/services.py": """
        from servicekit.contracts.tally import PersonCounted
        from servicekit.messaging.publish import publish
        from tally_service.people.models import Person


        def person_count(*, user_id):
            Person.objects.create(id=user_id)
            publish(PersonCounted(user_id=user_id))
    """,
    "people/apis.py": """
        from drf_spectacular.utils import extend_schema
        from rest_framework import serializers
        from rest_framework.response import Response

        from servicekit.api.views import Api
        from tally_service.people.models import Person


        class TallyOutput(serializers.Serializer):
            people = serializers.IntegerField()


        class TallyApi(Api):
            public = True

            @extend_schema(operation_id="tally_get", responses=TallyOutput)
            def get(self, request):
                return Response({"people": Person.objects.count()})
    """,
}
CONTRACT = """
    from uuid import UUID

    from servicekit.contracts.base import Event, event


    @event("tally.person.counted.v1", subject="user/{user_id}")
    class PersonCounted(Event):
        user_id: UUID
"""
UP = """
from compose.local.paths import Home
from compose.local.settings import MANY_CUSTOMERS, Settings
from compose.local.stack import Stack
home = Home.here()
home.create(for_tests=True)
Stack(home).up(Settings.read(home, MANY_CUSTOMERS | {"BIRZHA_PORT": "%d"}))
"""


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text))


def insert(file: Path, before: str, text: str) -> None:
    """Put text before what the file has once."""
    found = file.read_text()
    assert found.count(before) == 1, (file, before)
    file.write_text(found.replace(before, text + before))


@pytest.fixture
def project(folder: Path) -> Path:
    """A copy of the project with the new service in it."""
    root = folder / "birzha"
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("tests", "data"))
    (root / ".venv").symlink_to((ROOT / ".venv").resolve())
    for name in ALIKE:
        write(
            root / "tally_service" / name,
            (ROOT / SIBLING / name).read_text().replace(SIBLING, "tally_service"),
        )
    for name, text in FOLDER.items():
        write(root / "tally_service" / name, text)
    write(root / "servicekit" / "contracts" / "tally.py", CONTRACT)
    insert(
        root / "servicekit" / "contracts" / "subscribers.py",
        '    "market": (\n',
        '    "tally": ("user.account.registered.v1", "user.session.revoked.v1"),\n',
    )
    services = root / "compose" / "system" / "services.py"
    insert(services, ")\n\n#: The pages.", ENTRY)
    insert(services, "#: The pages.", ONLY)
    services.write_text(services.read_text().replace("(*SERVICES, FRONTEND)", "SERVICES"))
    gateway = root / "gateway" / "gateway.yaml"
    insert(gateway, "  web:          {}\n", "  tally:        {slug: tally}\n")
    insert(gateway, "  - {prefix: /static,", "  - {prefix: /api/v1/tally, to: tally, token: ignored}\n")
    return root


@pytest.fixture
def system(project: Path, folder: Path) -> Iterator[tuple[Home, str]]:
    """It runs: its home, its address."""
    home, port = Home.at(folder / "home"), free_port()
    command = [sys.executable, "-c", UP % port]
    try:
        subprocess.run(command, cwd=project, env=child_environment(home.root), check=True)
        yield home, f"http://127.0.0.1:{port}"
    finally:
        Stack(home).down()


def is_empty(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return bool(cursor.fetchone() == (0,))


@pytest.mark.timeout(300)
def test_a_service_that_is_described_runs(system: tuple[Home, str]) -> None:
    home, url = system
    known = json.loads((home.secrets / "passwords.json").read_text())
    with httpx.Client(base_url=url, timeout=30) as http:
        wait(lambda: http.get("/api/v1/tally").json() == {"people": 1})  # the operator
        person = {"username": "vera", "email": "vera@example.org", "password": "tulips-and-9-bulbs"}
        assert http.post("/api/v1/users", json=person).status_code == 201
        wait(lambda: http.get("/api/v1/tally").json() == {"people": 2})
        assert "/api/v1/tally" in http.get("/api/v1/tally/schema").text
        admin = http.get("/admin/users/login/", headers={"Accept-Language": "ru"}).text
        assert "Пользователи" in admin
    # its database, which its own role may not change the tables of and nobody else's opens
    own = databases.connect(home, role="tally", password=known["tally"], database="tally")
    with own.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone() == (2,)
        cursor.execute("SELECT count(*) FROM outbox")
        assert cursor.fetchone() == (2,)
        wait(lambda: is_empty(cursor, "outbox_unsent"))
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DROP TABLE people_person")
    own.close()
    with pytest.raises(psycopg2.OperationalError):
        databases.connect(home, role="user", password=known["user"], database="tally")
    # its stream, which it alone may write
    with (
        redis.Redis.from_url(valkey.url(home, "user", known["redis.user"])) as other,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        other.xadd("events:tally", {"envelope": "{}"})
