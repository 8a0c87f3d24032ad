"""What is compressed for who accepts it, and how much of it is looked back at."""

from __future__ import annotations

from gateway.config.envoy import Json, extension, typed

_FILTER = "envoy.filters.http.compressor"
_PROTO = "envoy.extensions.filters.http.compressor.v3"
_TYPES = (
    "application/json",
    "application/problem+json",
    "application/javascript",
    "application/vnd.oai.openapi",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/plain",
)


def compressor() -> Json:
    """With a window of 4 KiB, which is soon made ready: most answers are small."""
    return extension(
        _FILTER,
        f"{_PROTO}.Compressor",
        response_direction_config={
            "common_config": {
                "min_content_length": 512,
                "content_type_matcher": [{"prefix": name} for name in _TYPES],
            },
            "weaken_etag_on_compress": True,
        },
        compressor_library=_gzip(),
    )


def files_compressed() -> Json:
    """A route's ``typed_per_filter_config`` for styles and scripts: a window of 32 KiB, a fifth smaller."""
    return {
        _FILTER: typed(
            f"{_PROTO}.CompressorPerRoute",
            overrides={"compressor_library": _gzip(window_bits=15)},
        )
    }


def _gzip(**settings: int) -> Json:
    return extension(
        "gzip", "envoy.extensions.compression.gzip.compressor.v3.Gzip", memory_level=6, **settings
    )
