"""``celery -A user_service.config.celery worker``: periodic tasks, the outbox relay, the event consumer."""

from servicekit.celery import service_celery

app = service_celery("user_service")
