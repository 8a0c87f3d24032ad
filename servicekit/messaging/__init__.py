"""Events between services: outbox → Redis stream → inbox. Knows only type, subject and bytes.

- ``publish``: events are appended to the outbox in the caller's transaction; the relay sends what is
  committed to the service's stream, in order.
- ``consume``: the consumer reads the streams of others and runs each handler once per event, in one
  transaction with its inbox row.
- ``operate``: both as threads of the service's Celery worker; what operators see and do.

The modules beside these packages are shared by them: envelope, streams, models, metrics.
"""
