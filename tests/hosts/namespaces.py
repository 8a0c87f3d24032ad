"""Hosts on this machine: network namespaces with addresses of their own, whose cables can be pulled out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from servicekit.privileges import TRAVERSE_GID


@dataclass(frozen=True)
class Host:
    """One of them.

    Attributes:
        address: in the network of all of them.
        name: as ``ip netns`` has it; "": this machine itself.
        cable: its end at the switch, which is in a namespace, too: this machine's firewall is none of theirs.
        switch: that namespace.
    """

    address: str
    name: str
    cable: str
    switch: str

    def command(self, uid: int, gid: int) -> list[str]:
        """What a command begins with to run there, as that user."""
        entered = ["ip", "netns", "exec", self.name] if self.name else []
        user = [f"--reuid={uid}", f"--regid={gid}", f"--groups={TRAVERSE_GID}"]
        return [*entered, "setpriv", *user]

    def cut(self) -> None:
        """Pull the cable out: no packet arrives, and nobody is told."""
        _ip("-n", self.switch, "link", "set", self.cable, "down")

    def connect(self) -> None:
        """Put it back."""
        _ip("-n", self.switch, "link", "set", self.cable, "up")

    def peers(self) -> list[tuple[str, int]]:
        """The addresses and ports that connections from there have been made to, one for each connection."""
        lines = _ip("netns", "exec", self.name, "ss", "-Htn", "state", "established").splitlines()
        found = (line.split()[3].rpartition(":") for line in lines)
        return [(host.strip("[]"), int(port)) for host, _, port in found]

    def is_silent(self) -> bool:
        """Whether everything that was sent from there has been acknowledged."""
        lines = _ip("netns", "exec", self.name, "ss", "-Htn", "state", "established").splitlines()
        return all(int(line.split()[1]) == 0 for line in lines)

    def lose_power(self) -> None:
        """Everything that runs there is gone, and says goodbye to nobody."""
        self.cut()
        self.end()

    def end(self) -> None:
        """Kill what runs there."""
        while pids := _ip("netns", "pids", self.name).split():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)


def why_not() -> str:
    """Why this machine cannot have such hosts; "": it can."""
    if os.geteuid() != 0:
        return "network namespaces are made by root"
    if not (shutil.which("ip") and shutil.which("ss") and shutil.which("setpriv")):
        return "iproute2 and util-linux are not installed"
    try:
        with hosts(0):
            return ""
    except subprocess.CalledProcessError as error:
        return f"the kernel makes no network of its own: {error.stderr.strip()}"


@contextmanager
def hosts(number: int) -> Iterator[tuple[Host, ...]]:
    """So many hosts, after this machine itself, in a network that no other can have at the same time."""
    part = os.getpid() % 4096  # sixteen addresses for each, in 10.231.0.0/16
    network, first = f"10.231.{part // 16}.", part % 16 * 16 + 1
    switch = f"birzha-{os.getpid()}"
    made: list[Host] = []
    _ip("netns", "add", switch)
    try:
        _ip("-n", switch, "link", "add", "switch", "type", "bridge")
        _ip("-n", switch, "link", "set", "switch", "up")
        for each in range(number + 1):
            host = Host(
                f"{network}{first + each}", f"{switch}-{each}" if each else "", f"cable{each}", switch
            )
            if host.name:
                _ip("netns", "add", host.name)
            made.append(host)
            _plug_in(host)
        yield tuple(made)
    finally:
        with suppress(subprocess.CalledProcessError):  # with its namespace it would go later, or was not made
            _ip("link", "del", switch)
        for host in made[1:]:
            host.end()
            _ip("netns", "del", host.name)
        _ip("netns", "del", switch)  # and the other ends of its cables with it


def _plug_in(host: Host) -> None:
    there = ["-n", host.name] if host.name else []
    card = "eth0" if host.name else host.switch
    _ip("-n", host.switch, "link", "add", host.cable, "type", "veth", "peer", "name", card)
    _ip("-n", host.switch, "link", "set", host.cable, "master", "switch", "up")
    _ip("-n", host.switch, "link", "set", card, "netns", host.name or str(os.getpid()))
    _ip(*there, "address", "add", f"{host.address}/28", "dev", card)
    _ip(*there, "link", "set", card, "up")
    if host.name:
        _ip(*there, "link", "set", "lo", "up")


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout
