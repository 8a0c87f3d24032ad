"""What the public APIs of all services share: problem documents, idempotency, pages, strict input."""
