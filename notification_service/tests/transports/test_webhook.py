"""Webhooks, as a real HTTP receiver gets them; and no address leads into this house."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from notification_service.delivery.models import Delivery
from notification_service.preferences.models import Preferences
from notification_service.preferences.services import new_secret
from notification_service.tests import events
from notification_service.transports import public_http
from notification_service.transports.message import Refused, TryAgain
from notification_service.transports.sending import Sender
from notification_service.transports.webhook import WebhookTransport
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db

LOOPBACK = (ipaddress.ip_network("127.0.0.1"),)
Reply = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return reply


class Receiver:
    """What came in: (path, headers, body) each."""

    def __init__(self, replies: list[Reply]) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.replies = replies
        self.port = 0


@contextmanager
def receiver(*replies: Reply, host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    state = Receiver(list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.got.append((self.path, headers, body))
            (state.replies.pop(0) if state.replies else status(204))(self)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((host, port), Handler) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join(60)


@pytest.fixture
def wants(settings):
    """``wants(user_id, port)``: this user's deposits go to a receiver on this machine."""
    settings.PRIVATE_WEBHOOKS = LOOPBACK

    def choose(user_id, port, *, host="127.0.0.1", path="/hook"):
        return Preferences.objects.create(
            user_id=user_id,
            chosen={"deposit_booked": "webhook", "order_filled": "webhook"},
            webhook_url=f"http://{host}:{port}{path}",
            webhook_secret=new_secret(),
        )

    return choose


def sender():
    return Sender(WebhookTransport())


def make_due():
    Delivery.objects.filter(state="pending").update(next_at=timezone.now() - timedelta(seconds=1))


def test_it_is_signed_and_says_what_happened(deliver, user_id, wants):
    with receiver() as to:
        preferences = wants(user_id, to.port)
        deliver(events.deposited(user_id))
        assert sender().send_due() == 1

    ((path, headers, body),) = to.got
    assert path == "/hook"
    delivery = Delivery.objects.get()
    assert delivery.state == "sent"
    assert headers["webhook-id"] == str(delivery.notification_id)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    key = base64.b64decode(preferences.webhook_secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    said = json.loads(body)
    assert said["type"] == "deposit_booked"
    assert said["data"]["title"] == "Account topped up"
    assert said["data"]["values"]["amount"] == 123450


def test_each_fill_is_one_of_its_own_and_at_once(deliver_many, user_id, wants):
    with receiver() as to:
        wants(user_id, to.port)
        deliver_many([events.filled(user_id) for _ in range(3)])
        sending = sender()
        assert sending.send_due() == 3
    assert len({headers["webhook-id"] for _, headers, _ in to.got}) == 3


def test_a_busy_receiver_gets_it_again_with_the_same_id(deliver, user_id, wants):
    with receiver(status(503), status(429)) as to:
        wants(user_id, to.port)
        deliver(events.deposited(user_id))
        for _ in range(3):
            make_due()
            sender().send_due()
    assert len(to.got) == 3
    assert len({headers["webhook-id"] for _, headers, _ in to.got}) == 1
    assert Delivery.objects.values_list("state", "attempts").get() == ("sent", 3)


@pytest.mark.parametrize("reply", [status(410), status(302, Location="http://127.0.0.1:1/")])
def test_gone_is_gone_and_no_redirect_is_followed(deliver, user_id, wants, reply):
    with receiver(reply) as to:
        wants(user_id, to.port)
        deliver(events.deposited(user_id))
        sender().send_due()
        make_due()
        assert sender().send_due() == 0
    assert len(to.got) == 1
    assert Delivery.objects.get().state == "failed"


def test_one_dead_receiver_costs_one_attempt_and_delays_nobody(deliver, user_id, wants, settings):
    other = new_id()
    with receiver(*[status(500)] * 9) as dead, receiver() as alive:
        wants(user_id, dead.port)
        wants(other, alive.port)
        for user in (user_id, user_id, user_id, other):
            deliver(events.deposited(user))
        sender().send_due()
    assert (len(dead.got), len(alive.got)) == (1, 1)


def test_who_drips_is_cut_off(user_id):
    """A byte now and then keeps every single read alive, and must not keep the whole."""

    def drip(handler):
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
            try:
                handler.wfile.write(bytes([letter]))
            except OSError:
                return
            time.sleep(0.02)

    with receiver(drip) as to, pytest.raises(TryAgain):
        public_http.post(f"http://127.0.0.1:{to.port}/", b"{}", {}, private=LOOPBACK, timeout_s=0.5)


def test_what_is_no_http_or_nobody_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(TryAgain):
        public_http.post(f"http://127.0.0.1:{port}/", b"{}", {}, private=LOOPBACK)
    with pytest.raises(TryAgain):
        public_http.post("https://nobody.invalid/", b"{}", {})


INSIDE = (
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "0.0.0.0", "10.0.0.1", "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[fe80::1]",
    "[fd00::1]",
    "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_address_leads_into_this_house(host, scheme):
    with receiver() as to, pytest.raises((Refused, TryAgain)) as refused:
        public_http.post(f"{scheme}://{host}:{to.port}/", b"{}", {})
    assert to.got == []
    if not host.startswith("["):  # there may be no IPv6 here to resolve
        assert refused.type is Refused


def test_a_refused_address_fails_and_says_why(deliver, user_id, wants, settings):
    with receiver() as to:
        wants(user_id, to.port)
        settings.PRIVATE_WEBHOOKS = ()
        deliver(events.deposited(user_id))
        sender().send_due()
    assert to.got == []
    failed = Delivery.objects.get()
    assert failed.state == "failed"
    assert "no address of the public internet" in failed.reason


def test_a_name_is_resolved_once_and_that_is_where_it_goes(monkeypatch):
    """DNS rebinding: an allowed address when it is looked at, another when it is connected to."""
    asked = []

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(public_http.socket, "getaddrinfo", _only_for("rebind.test", resolve))
    with receiver() as good, receiver(host="127.0.0.2", port=good.port) as bad:
        answer = public_http.post(f"http://rebind.test:{good.port}/", b"{}", {}, private=LOOPBACK)
        assert answer.status == 204
        assert asked == ["rebind.test"]
        with pytest.raises(Refused):
            public_http.post(f"http://rebind.test:{good.port}/", b"{}", {}, private=LOOPBACK)
    assert (len(good.got), len(bad.got)) == (1, 0)


def test_one_forbidden_address_among_several_forbids_the_name(monkeypatch):
    def resolve(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(public_http.socket, "getaddrinfo", resolve)
    with pytest.raises(Refused):
        public_http.resolve("two.test", 443)


def test_on_the_internet_it_must_be_encrypted(monkeypatch):
    monkeypatch.setattr(
        public_http.socket,
        "getaddrinfo",
        lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port))],
    )
    assert public_http.resolve("example.test", 443) == "1.1.1.1"
    with pytest.raises(Refused, match="https"):
        public_http.resolve("example.test", 80, private_only=True)


def _only_for(name, resolve):
    really = socket.getaddrinfo
    return lambda host, *args, **kwargs: (
        resolve(host, *args, **kwargs) if host == name else really(host, *args, **kwargs)
    )
