"""nginx before files of any length, such as a history as CSV.

It takes them from the service as fast as that makes them, into a temporary file when the client is slower: a
client that reads a byte a second holds a connection here, and no thread of a service. It also counts: so many
at once for one user, whatever the client reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from gateway.config.nginx.maps import LANGUAGES
from gateway.config.problems import words
from gateway.config.source import Gateway

#: MiB of one file that wait for its client; beyond, the service waits, too. About 800,000 rows.
WAITING_MIB = 128
#: Where a service that hands over finds the API; not reachable from outside.
HANDED_OVER = "/.handed-over"
#: Where the same service says what became of it, when that is no file.
REFUSED_PATH = "/.refused"
#: Every status of RFC 9110 and its like that is no answer.
_REFUSALS = (
    "400 401 402 403 404 405 406 408 409 410 411 412 413 414 415 416 417 421 422 423 424 425 426 428 429 "
    "431 451 500 501 502 503 504 505"
)
#: A service that cannot be asked is to Envoy a connection that breaks, about which it knows what to say.
_GONE = """\
      error_page 502 504 @gone;
    }
    location @gone { return 444; }"""
_VISITOR = (
    'Connection ""',
    "Host $http_host",
    "Traceparent $http_traceparent",
    "Tracestate $http_tracestate",
    "User-Agent $http_user_agent",
    "X-Forwarded-For $http_x_forwarded_for",
    "X-Forwarded-Proto $http_x_forwarded_proto",
    "X-Request-Id $http_x_request_id",
)


@dataclass(frozen=True)
class Export:
    """One service's files.

    Attributes:
        service: its name.
        listen: where Envoy asks for them, in the spelling of ``listen``.
        maker: who makes them, or hands them over, in nginx's spelling.
        handed_over: where the API is asked for them, when the maker does not make them itself.
    """

    service: str
    listen: str
    maker: str
    handed_over: str = ""


def export_servers(gateway: Gateway, exports: list[Export]) -> str:
    """The servers of all files, and what they count by. Empty when there are none."""
    if not exports:
        return ""
    return f"""
  limit_conn_zone $http_x_user_id zone=exports_user:1m;
  limit_conn_status 429;
  limit_conn_log_level info;
  map "$http_cookie;$http_accept_language" $error_language {{
    default {LANGUAGES[0]};
    "~language={LANGUAGES[0]}(;|$)" {LANGUAGES[0]};
    "~language={LANGUAGES[1]}(;|$)" {LANGUAGES[1]};
    "~*;{LANGUAGES[1]}[^;]*$" {LANGUAGES[1]};
  }}
  map $upstream_status $refused_with {{ default 503; "~(?<last_status>\\d+)$" $last_status; }}
  map $error_language $too_many_exports {{
{"".join(_too_many(language, gateway) for language in LANGUAGES)}  }}
""" + "".join(
        _export_server(gateway, export) if export.handed_over else _making(gateway, export)
        for export in exports
    )


def _too_many(language: str, gateway: Gateway) -> str:
    texts = words("exports", language, gateway)
    document = {
        "type": f"/api/docs/#{texts['code']}",
        "title": texts["title"],
        "status": 429,
        "detail": texts["detail"],
        "code": texts["code"],
        "trace_id": "$http_x_request_id",
    }
    return f"    {language} '{json.dumps(document, ensure_ascii=False)}';\n"


def _making(gateway: Gateway, export: Export) -> str:
    """The service makes them: all of it that the client has not read yet stands in a file."""
    name = f"{export.service}-files"
    return f"""
  upstream {name} {{ server "{export.maker}" max_fails=0; }}
  server {{
    listen "{export.listen}";
    error_log stderr crit;
    location / {{
      limit_conn exports_user {gateway.limits.exports_user};
      error_page 429 @too_many;
      proxy_pass http://{name};
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Birzha-Exports taken;
      proxy_connect_timeout {gateway.timeouts.connect * 1000:.0f}ms;
      proxy_read_timeout {gateway.timeouts.export_idle * 1000:.0f}ms;
      proxy_max_temp_file_size {WAITING_MIB}m;
      proxy_temp_file_write_size 256k;
{_GONE}
    location @too_many {{
      default_type application/problem+json;
      add_header Retry-After {gateway.retry_after} always;
      add_header Cache-Control no-store always;
      return 429 $too_many_exports;
    }}
  }}
"""


def _export_server(gateway: Gateway, export: Export) -> str:
    """The service names an address of the API, by X-Accel-Redirect, and is done; the file is got there."""
    name = f"{export.service}-files"
    visitor = "".join(f"      proxy_set_header {header};\n" for header in _VISITOR)
    return f"""
  upstream {name} {{ server "{export.maker}" max_fails=0; }}
  upstream {name}-from {{ server "{export.handed_over}" max_fails=0; }}
  server {{
    listen "{export.listen}";
    error_log stderr crit;
    location / {{
      proxy_pass http://{name};
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Birzha-Exports taken;
      proxy_connect_timeout {gateway.timeouts.connect * 1000:.0f}ms;
      proxy_read_timeout {gateway.timeouts.safe * 1000:.0f}ms;
{_GONE}
    location {HANDED_OVER}/ {{
      internal;
      # What the service has answered is forgotten with the next request, so it is kept here.
      set $export_token $upstream_http_x_birzha_authorization;
      set $export_name $upstream_http_x_birzha_disposition;
      rewrite ^{HANDED_OVER.replace(".", chr(92) + ".")}(/.*)$ $1 break;
      proxy_pass http://{name}-from;
      proxy_pass_request_headers off;
{visitor}      proxy_set_header Authorization $export_token;
      proxy_set_header Accept text/csv;
      proxy_connect_timeout {gateway.timeouts.connect * 1000:.0f}ms;
      proxy_read_timeout {gateway.timeouts.export_idle * 1000:.0f}ms;
      proxy_max_temp_file_size 0;
      proxy_intercept_errors on;
      error_page {_REFUSALS} = @refused;
      proxy_hide_header Content-Disposition;
      proxy_hide_header Cache-Control;
      add_header Content-Disposition $export_name;
    }}
    location @refused {{
      rewrite ^ {REFUSED_PATH} break;
      proxy_pass http://{name};
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_set_header X-Birzha-Refused $refused_with;
    }}
  }}
"""
