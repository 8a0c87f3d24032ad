"""nginx.conf. Every function is pure: values in, text out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gateway.config.nginx import READY_PATH, Version
from gateway.config.nginx.age_header import age_maps
from gateway.config.nginx.exports import Export, export_servers
from gateway.config.nginx.maps import answer_maps, request_maps
from gateway.config.source import Gateway

#: What reaches a service of a request. Anything else could change a page without being in its key.
PASSED_ON = {
    "Accept": "$accept",
    "Accept-Encoding": "$encoding",
    "Accept-Language": "$accept_language",
    "Authorization": "$http_authorization",
    "Connection": "close",
    "Content-Length": '""',
    "Cookie": "$http_cookie",
    "Host": "$http_host",
    "Traceparent": "$http_traceparent",
    "Tracestate": "$http_tracestate",
    "X-Forwarded-For": "$http_x_forwarded_for",
    "X-Forwarded-Proto": "$http_x_forwarded_proto",
    "X-Request-Id": "$http_x_request_id",
}
#: All that a page depends on, without a version's name. Neither an address nor a host can hold a space.
_KEY = "$form $language $encoding $http_x_forwarded_proto $http_host $request_uri"
_HIDDEN = (
    "X-Cache",
    "X-Request-Id",
    "Age",
    "Warning",
    "Cache-Control",
    "Expires",
    "X-Birzha-Age",
    "X-Birzha-Requested-At",
    "X-Birzha-Cache-Control",
)


def configuration(
    gateway: Gateway,
    versions: Iterable[Version],
    exports: Iterable[Export] = (),
    *,
    folder: Path,
    local: bool = True,
) -> str:
    """The whole file.

    Args:
        gateway: the source.
        versions: whose pages are cached.
        exports: whose files are given.
        folder: nginx's own folder: pages, temporary files, pid.
        local: on this machine, on sockets that only this user opens; otherwise in a container of its own.
    """
    cache = gateway.cache
    servers = "".join(_version(gateway, version) for version in versions)
    # The maps are of a variable that the servers set: where nobody's pages are kept, nginx does not know it.
    pages = f"{request_maps()}{answer_maps(cache)}{age_maps()}{servers}" if servers else ""
    user = "user root;\n" if local and os.getuid() == 0 else ""
    return f"""\
# Written by gateway/runtime/render.py from gateway.yaml: do not edit.
{user}daemon off;
worker_processes 1;
pcre_jit on;
worker_rlimit_nofile 8192;
pid {_quoted(folder / "nginx.pid")};
error_log stderr warn;
working_directory {_quoted(folder)};
events {{ worker_connections 4096; }}

http {{
  access_log off;
  server_tokens off;
  default_type application/octet-stream;
{temporary_paths(folder)}
  proxy_cache_path {_quoted(folder / "cache")} levels=1:2 use_temp_path=off
    keys_zone=pages:{cache.memory_mib:g}m max_size={cache.disk_mib:g}m inactive={cache.idle:g}s;
  proxy_cache_path {_quoted(folder / "asking")} levels=1:2 use_temp_path=off
    keys_zone=asking:1m max_size=16m inactive=10s;
  open_file_cache max=1024 inactive=60s;
  sendfile on;

  keepalive_timeout 75s;
  keepalive_requests 1000000;
  # A request in one piece of memory: in several it asks the system for new pages each time, half of a hit.
  request_pool_size 16k;
  large_client_header_buffers 4 32k;
  proxy_http_version 1.1;
  proxy_buffer_size 16k;
  proxy_buffers 8 32k;
  proxy_busy_buffers_size 64k;
  max_ranges 0;
{pages}{export_servers(gateway, list(exports))}}}
"""


def temporary_paths(folder: Path) -> str:
    """Every folder of temporary files that nginx wants, also for what it does not do here."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"  {kind}_temp_path {_quoted(folder / 'temp' / kind)};" for kind in kinds)


def _version(gateway: Gateway, version: Version) -> str:
    timeout_s = gateway.timeouts.safe_try
    passed = "".join(f"      proxy_set_header {name} {value};\n" for name, value in PASSED_ON.items())
    hidden = "".join(f"      proxy_hide_header {name};\n" for name in _HIDDEN)
    return f"""
  upstream {version.name}-origin {{ server {_quoted(version.origin)} max_fails=0; }}
  upstream {version.name} {{
    server {_quoted(version.service)} max_fails=0;
    keepalive 16;
    keepalive_timeout {gateway.timeouts.service_idle:g}s;
  }}

  server {{
    listen {_quoted(version.front)};
    error_log stderr crit;
    location = {READY_PATH} {{ return 204; }}
    location / {{
      set $requested_at "";
      proxy_pass http://{version.name}-origin;
      proxy_pass_request_headers off;
      proxy_pass_request_body off;
{passed}      proxy_read_timeout {_milliseconds(timeout_s * 0.9)};

      proxy_cache pages;
      proxy_cache_key "{version.name} {_KEY}";
{_sharing(timeout_s)}
      proxy_ignore_headers Vary Expires;

{hidden}      proxy_pass_header Date;
      add_header Cache-Control $cache_control always;
      add_header X-Cache $x_cache always;
      add_header Warning $warning always;
      add_header Age $shown_age always;
      error_page 502 504 @gone;
    }}
    location @gone {{ return 444; }}
  }}

  server {{
    listen {_quoted(version.origin)};
    error_log stderr alert;  # Envoy's log says that a service is down, and without what was asked
    location / {{
      set $requested_at $second;
      proxy_pass http://{version.name};
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_connect_timeout {_milliseconds(gateway.timeouts.connect)};
      proxy_read_timeout {_milliseconds(timeout_s * 0.75)};

      # When a page has expired, nginx lets every request for it through: here they become one.
      proxy_cache asking;
      proxy_cache_key "{version.name} {_KEY} $requested_at";
      proxy_cache_valid 200 1s;
{_sharing(timeout_s, also="$not_cached")}
      proxy_ignore_headers Cache-Control Expires Vary X-Accel-Buffering X-Accel-Charset X-Accel-Expires
        X-Accel-Limit-Rate X-Accel-Redirect;

      proxy_pass_header Date;
      proxy_hide_header Cache-Control;
      proxy_hide_header Expires;
      add_header Cache-Control {"$cache_header_stale" if version.stale else "$cache_header"} always;
      add_header X-Birzha-Cache-Control $upstream_http_cache_control always;
      add_header X-Birzha-Requested-At $requested_at always;
      add_header X-Birzha-Age $shown_age always;
      # To the front a service that can't be asked is a connection that breaks, not an answer.
      error_page 502 504 @gone;
    }}
    location @gone {{ return 444; }}
  }}
"""


def _sharing(timeout_s: float, *, also: str = "") -> str:
    """Who shares an answer, and how long the others wait while one of them gets it."""
    apart = "$personal $formless $speechless"
    return f"""\
      proxy_cache_bypass {apart};
      proxy_no_cache {f"{apart} {also}".strip()};
      proxy_cache_lock on;
      proxy_cache_lock_timeout {_milliseconds(timeout_s / 2)};
      proxy_cache_lock_age {_milliseconds(timeout_s)};"""


def _quoted(value: Path | str) -> str:
    """A word of nginx's language; it has no way to write a quote, a dollar or a line break in one."""
    return f'"{value}"'


def _milliseconds(seconds: float) -> str:
    return f"{int(seconds * 1000)}ms"
