"""The pages that people see: Django templates and htmx, no database, nothing asked but the gateway."""
