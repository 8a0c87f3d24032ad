"""Celery on Valkey: a worker has the rights that it needs, of a service's role."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import redis

from compose.local import valkey
from compose.local.paths import ROOT
from compose.local.stack import Stack
from compose.local.tests.valkey_clients import Connect


def test_celery_works_with_a_service_s_rights(
    system: Stack, passwords: dict[str, str], connect: Connect, folder: Path
) -> None:
    """A real worker: a task at once, one with a countdown, one that is retried."""
    url = valkey.url(system.home, "trading", passwords["redis.trading"])
    (folder / "probe.py").write_text(
        textwrap.dedent(f"""
        import redis
        from celery import Celery
        import servicekit.celery  # its lock of the queue needs no script
        from servicekit import redis_address
        app = Celery("probe", broker=redis_address.broker({url!r})[0]["broker_url"])
        app.conf.update(
            broker_transport_options={{"global_keyprefix": "celery:trading:", "visibility_timeout": 600}},
            task_default_queue="tasks", task_acks_late=True, task_ignore_result=True,
            worker_pool="solo", worker_prefetch_multiplier=1, worker_enable_remote_control=False,
        )
        @app.task(bind=True, max_retries=1)
        def note(self, name):
            redis.Redis.from_url({url!r}).rpush("celery:trading:noted:" + name, "done")
            if name == "retried" and not self.request.retries:
                raise self.retry(countdown=0.5)
    """)
    )
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{folder}"}
    code = (
        "import probe; probe.note.delay('now'); probe.note.apply_async(['later'], countdown=1); "
        "probe.note.delay('retried')"
    )
    with (folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "probe", "worker", *quiet],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True, timeout=30)
            admin, end = connect("admin"), time.monotonic() + 60
            wanted = {"now": 1, "later": 1, "retried": 2}
            while {name: admin.llen(f"celery:trading:noted:{name}") for name in wanted} != wanted:
                assert time.monotonic() < end, (folder / "worker.log").read_text()
                time.sleep(0.2)
            strangers = {key for key in admin.keys("*") if not str(key).startswith("celery:trading:")}
            assert strangers == set()
            with pytest.raises(redis.exceptions.NoPermissionError):
                connect("billing").lpush("celery:trading:tasks", "{}")
        finally:
            worker.terminate()
            worker.wait(20)
    assert "NOPERM" not in (folder / "worker.log").read_text()
