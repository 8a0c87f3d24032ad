"""What a person may choose about traces: OpenTelemetry's own environment variables, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

from compose.local.console import CommandError
from gateway.config.traces import Traces
from servicekit.otel_variables import OTEL_VARIABLES

ENDPOINT, HEADERS, SAMPLER, SHARE, ATTRIBUTES = OTEL_VARIABLES
#: Those of the specification. Of ``traceidratio`` a share of all traces is kept.
SAMPLERS = (
    "always_on", "always_off", "traceidratio",
    "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
)  # fmt: skip


def variable(name: str) -> str:
    """What any setting of a system is called in the environment: OpenTelemetry's have names of their own."""
    return name if name in OTEL_VARIABLES else f"BIRZHA_{name.upper()}"


def read(chosen: Callable[[str], str]) -> dict[str, str]:
    """Each variable's value; "" leaves it to OpenTelemetry, and without an endpoint there are no traces.

    Raises:
        CommandError: a value that cannot be.
    """
    values = {name: chosen(name) for name in OTEL_VARIABLES}
    _endpoint(values[ENDPOINT])
    if values[SAMPLER] not in ("", *SAMPLERS):
        raise CommandError(f"{SAMPLER}={values[SAMPLER]} must be one of {', '.join(SAMPLERS)}.")
    _share(values[SHARE])
    for name in (HEADERS, ATTRIBUTES):
        if not all("=" in pair for pair in values[name].split(",") if values[name]):
            raise CommandError(f"{name} must be as name=value,name=value.")  # a secret may stand in it
    return values


def of_gateway(values: Mapping[str, str]) -> Traces | None:
    """What the gateway does of it; None: it has no spans."""
    if not values[ENDPOINT] or values[SAMPLER].endswith("always_off"):
        return None
    share = float(values[SHARE] or "1") if values[SAMPLER].endswith("traceidratio") else 1.0
    headers = tuple(_pair(text) for text in values[HEADERS].split(",") if text)
    return Traces(values[ENDPOINT], share, headers)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), unquote(value.strip())


def _endpoint(text: str) -> None:
    try:
        address = urlsplit(text)
        right = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        right = False
    if text and (not right or address.query or address.fragment or address.username):
        raise CommandError(
            f"{ENDPOINT}={text} must be the address of an OpenTelemetry collector that takes OTLP by HTTP, "
            "as http://127.0.0.1:4318."
        )


def _share(text: str) -> None:
    try:
        right = 0 <= float(text or "1") <= 1
    except ValueError:
        right = False
    if not right:
        raise CommandError(f"{SHARE}={text} must be a share of all traces, 0–1.")
