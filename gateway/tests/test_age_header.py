"""The tables by which nginx subtracts, in a real nginx."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import httpx

from gateway.config.nginx.age_header import age_maps
from gateway.config.nginx.configuration import temporary_paths
from gateway.runtime.nginx import command


def test_every_age_up_to_a_thousand_seconds(tmp_path: Path) -> None:
    conf, place = tmp_path / "nginx.conf", tmp_path / "ages.sock"
    user = "user root;" if os.getuid() == 0 else ""
    conf.write_text(
        f"""{user} daemon off; pid "{tmp_path}/pid"; error_log stderr; events {{}}
http {{ access_log off; {temporary_paths(tmp_path)} {age_maps()}
  server {{ listen "unix:{place}"; location / {{ set $requested_at $arg_at; return 200 "<$age>"; }} }} }}"""
    )
    (tmp_path / "temp").mkdir()
    process = subprocess.Popen(command(conf, tmp_path))
    try:
        while not place.exists():
            assert process.poll() is None
            time.sleep(0.02)
        transport = httpx.HTTPTransport(uds=str(place), verify=False, retries=5)
        with httpx.Client(transport=transport, timeout=60) as client:
            # The file is there a moment before nginx listens: a connection that is refused is tried again.
            assert client.get("http://ages/").text == "<>"
            for age in range(998):
                before = int(time.time())
                answer = client.get(f"http://ages/?at={before - age}").text
                meanwhile = int(time.time()) - before
                assert age + 1 <= int(answer.strip("<>")) <= age + 1 + meanwhile, (answer, age, meanwhile)
    finally:
        process.terminate()
        process.wait(60)
