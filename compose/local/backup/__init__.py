"""Backups of a whole system, and what is done with them. Why so: docs/adr/0061; how: docs/operations.md."""
