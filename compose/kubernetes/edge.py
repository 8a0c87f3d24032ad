"""The way in: Envoy, the only one that the outside reaches, and nginx beside it."""

from __future__ import annotations

from compose.docker.network import CACHE, GATEWAY_FILES, INNER_PORT, PORT, RUN
from compose.docker.servers import envoy_arguments
from compose.kubernetes.cluster import EDGE_USER
from compose.kubernetes.objects import (
    Object,
    container,
    deployment,
    http_probes,
    leaving,
    mount,
    pod,
    resources,
    scratch,
    service,
)
from compose.kubernetes.workloads import configure
from compose.system import GATEWAY, NGINX
from gateway.config.addresses import Addresses
from gateway.config.nginx import FOLDER, READY_PATH
from gateway.config.nginx.servers import exports, versions
from gateway.config.source import load

#: The target of gateway.yaml, and the names that it has for the gateways and for the way in.
TARGET, PODS, PUBLIC = "kubernetes", "gateway-pods", "birzha"
ENVOY, NGINX_IMAGE = "envoyproxy/envoy:v1.40.0", "nginx:1.28"
_FILES = (mount("files", GATEWAY_FILES), mount("run", RUN))


def stats_port() -> int:
    """Where Envoy answers whether it serves, and with its metrics."""
    return _port(load().target(TARGET).stats)


def cache_ports() -> list[int]:
    """Where nginx listens: for pages and for files."""
    gateway = load()
    addresses = Addresses.of(gateway.target(TARGET), RUN)
    pages = [each.front for each in versions(gateway, addresses)]
    return [_port(place) for place in (*pages, *(each.listen for each in exports(gateway, addresses)))]


def gateway() -> list[Object]:
    """Envoy: its Deployment, the names for who asks from inside and for all of its pods, and the way in."""
    stats = stats_port()
    spec = pod(
        EDGE_USER,
        GATEWAY.stop_s,
        [
            container(
                GATEWAY.name,
                ENVOY,
                ("envoy", *envoy_arguments()),
                ports=[{"name": "http", "containerPort": PORT}, {"name": "stats", "containerPort": stats}],
                resources=resources(("100m", "2"), (128, 512)),
                volumeMounts=[mount("files", GATEWAY_FILES, read_only=True), *_own_folders()],
                **http_probes("/ready", "", stats, asks_socket=True),
                **leaving(),
            )
        ],
        _volumes(),
        initContainers=[configure(GATEWAY.name, _FILES)],
    )
    public = service(PUBLIC, {"http": 80}, process=GATEWAY.name)
    public["spec"]["ports"][0]["targetPort"] = PORT
    pods = service(PODS, {"http": PORT}, process=GATEWAY.name, headless=True)
    return [
        deployment(GATEWAY.name, spec, metrics=f"{stats}/stats/prometheus"),
        service(GATEWAY.name, {"inner": INNER_PORT}),
        pods,
        public,
    ]


def cache() -> list[Object]:
    """nginx. A Service's address stays, so that nothing is looked up again."""
    folder, ports = RUN / FOLDER, cache_ports()
    words = ("nginx", "-p", folder, "-e", "stderr", "-c", GATEWAY_FILES / "nginx.conf")
    spec = pod(
        EDGE_USER,
        NGINX.stop_s,
        [
            container(
                CACHE,
                NGINX_IMAGE,
                words,
                ports=[{"name": f"at-{port}", "containerPort": port} for port in ports],
                resources=resources(("100m", "1"), (64, 256)),
                volumeMounts=[mount("files", GATEWAY_FILES, read_only=True), *_own_folders()],
                **http_probes(READY_PATH, READY_PATH, ports[0]),
                **leaving(),
            )
        ],
        _volumes(),
        initContainers=[configure(CACHE, _FILES)],
    )
    return [deployment(CACHE, spec), service(CACHE, {f"at-{port}": port for port in ports})]


def _own_folders() -> list[Object]:
    return [mount("run", RUN), mount("tmp", "/tmp")]


def _volumes() -> list[Object]:
    return [scratch("files", "64Mi"), scratch("run", "2Gi"), scratch("tmp", "64Mi")]


def _port(place: str) -> int:
    return int(place.rpartition(":")[2])
