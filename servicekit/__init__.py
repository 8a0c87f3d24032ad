"""servicekit: the one library that every Birzha service shares. It knows no service."""

import sys

# Where OpenTelemetry is installed redis-py loads its SDK of metrics, by which nothing is measured here: 57
# modules, a twentieth of the CPU in which a service starts, and 2.5 MB of each process (measured).
sys.modules.setdefault("opentelemetry.sdk.metrics", None)  # type: ignore[arg-type]
