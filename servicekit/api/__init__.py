"""What every service's public API does alike: problem documents, idempotency, pages, strict input."""
