"""Events inside the service's Celery worker: a bootstep that runs the consumer, the relay and beat.

Threads of the worker read and handle events in process (5 ms per hop), without a Celery task per event.
Prices and whatever is due (``due_tasks``) need no Redis. Celery tasks are for all else: purges, checks.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from typing import Any

from celery import Celery, bootsteps
from django.conf import settings

from servicekit.messaging.consume.consumer import Consumer
from servicekit.messaging.consume.quotes import follow_quotes
from servicekit.messaging.consume.subscriptions import publishers, quotes_handler
from servicekit.messaging.operate.celery_watchdog import CeleryWatchdog
from servicekit.messaging.operate.due_tasks import DueTasks
from servicekit.messaging.operate.metrics_socket import MetricsSocket
from servicekit.messaging.operate.schedule import SteadyScheduler
from servicekit.messaging.publish import relay
from servicekit.messaging.threads import keep_running

log = logging.getLogger(__name__)

#: Seconds that a stopping worker waits for each of its threads to finish the batch in hand.
JOIN_TIMEOUT_S = 10.0


class EventThreads(bootsteps.StartStopStep):
    """Starts the threads once the worker is up; stops them after the batch in hand."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.app: Celery = worker.app
        self.stop_flag = threading.Event()
        self.metrics = MetricsSocket()
        self.threads: list[threading.Thread] = []

    def start(self, worker: Any) -> None:
        self.stop_flag.clear()
        self.metrics.start()
        self.threads = [keep_running("leader", self._lead, self.stop_flag)]
        if publishers():  # user_service listens to nobody
            self.threads.append(
                keep_running("consumer", lambda: Consumer(self.stop_flag).run(), self.stop_flag)
            )
        if handler := quotes_handler():
            self.threads.append(
                keep_running("quotes", lambda: follow_quotes(handler, self.stop_flag), self.stop_flag)
            )

    def stop(self, worker: Any) -> None:
        self.stop_flag.set()
        self.metrics.close()
        for thread in self.threads:
            thread.join(JOIN_TIMEOUT_S)

    def _lead(self) -> None:
        """Of several workers of one service only one relays and keeps the schedule."""
        if not relay.lead(self.stop_flag):
            return
        log.info("this worker relays the events and keeps the schedule")
        done = threading.Event()
        threads = [keep_running("beat", lambda: self._keep_schedule(done), done)]
        if settings.DUE_TASKS:
            threads.append(keep_running("due tasks", lambda: DueTasks(self.app).run(done), done))
        try:
            relay.run(self.stop_flag)
        finally:
            done.set()
            for thread in threads:
                thread.join(JOIN_TIMEOUT_S)

    def _keep_schedule(self, done: threading.Event) -> None:
        """Send the periodic tasks when they are due. Celery's own beat thread wakes up every second."""
        self.app.set_current()
        scheduler, watchdog = SteadyScheduler(self.app), CeleryWatchdog()
        scheduler.on_sent = watchdog.sent
        while not done.wait(scheduler.tick()):
            if watchdog.stalled():
                log.critical("Celery takes no tasks any more: this worker ends, to be started anew")
                os.kill(os.getpid(), signal.SIGTERM)
                if not done.wait(2 * JOIN_TIMEOUT_S):  # it does not react even to that
                    os._exit(1)


def work(app: Celery) -> int:
    """Run Celery's own worker until SIGTERM; its command line, which this leaves out, weighs 11 MB.

    Of the chatter between workers (gossip, mingle, heartbeats) none is needed: a service's workers
    share nothing but the queue, and the Redis user may not use what mingle asks for.

    Returns:
        The exit code.
    """
    worker: Any = app.Worker(
        loglevel="INFO", without_gossip=True, without_mingle=True, without_heartbeat=True
    )
    gc.collect()
    gc.freeze()  # what is there now stays
    worker.start()
    return int(worker.exitcode or 0)
