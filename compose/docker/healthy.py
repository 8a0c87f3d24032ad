"""Whether a process serves: ``python -m compose.docker.healthy PLACE``, an address or a socket's path."""

from __future__ import annotations

import http.client
import socket
import sys
from urllib.parse import urlsplit


def main(place: str) -> int:
    """0 when it does."""
    try:
        if place.startswith("http:"):
            address = urlsplit(place)
            connection = http.client.HTTPConnection(address.netloc, timeout=4)
            connection.request("GET", address.path, headers={"Accept": "application/json"})
            return int(connection.getresponse().status != 200)
        with socket.socket(socket.AF_UNIX) as own:
            own.settimeout(4)
            own.connect(place)
    except OSError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
