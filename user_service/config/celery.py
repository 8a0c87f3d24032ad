"""``python -m user_service.manage run_worker``: periodic tasks, the outbox relay, the event consumer."""

from servicekit.celery import service_celery

app = service_celery("user_service")
