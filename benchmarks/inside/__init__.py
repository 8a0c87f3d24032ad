"""What runs inside a service, with its settings: one module per service, called by ``benchmarks.inside``.

Everything goes through the service's own use-cases; no row is written past them.
"""
