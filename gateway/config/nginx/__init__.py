"""nginx as Envoy's cache: its configuration, one file per part of it.

A cached request goes Envoy → nginx → nginx → the service, all over sockets:

- the *front* server keeps pages and answers from them;
- the *origin* server stands between the front and the service. It turns what the service allows
  (``Cache-Control: public, max-age=5``) into what nginx can keep without ever exceeding it
  (:mod:`gateway.config.nginx.lifetime`), and what must not be kept into ``no-store``.

Each version of a service has a front and an origin of its own, and pages of its own: Envoy alone decides
who gets which version.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The folder in the run directory that holds the cached pages, nginx's temporary files and its pid.
FOLDER = "nginx"
#: Answers 204 on every front server.
READY_PATH = "/.nginx/ready"


@dataclass(frozen=True)
class Version:
    """One version of a service whose pages are cached.

    Attributes:
        name: ``market``, or ``market-canary``; part of socket names and of the key of every page.
        service: where it answers, in nginx's spelling: ``unix:/run/market.sock`` or ``market:8000``.
        front: where Envoy asks for its pages, in the spelling of ``listen``.
        origin: where the front asks the origin, in nginx's spelling.
        stale: whether old pages may be shown while it does not answer. Not those of a canary: they would
            hide what rolls it back.
    """

    name: str
    service: str
    front: str
    origin: str
    stale: bool = True
