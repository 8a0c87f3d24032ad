"""Writes ``base`` and ``overlays`` from the description: ``python -m compose.kubernetes.render``.

The files stand in the repository, as people expect them, and a test holds them to what this writes. What a
person chooses goes into an overlay of their own, which begins with one of these: docs/kubernetes.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from compose import written
from compose.docker.network import CACHE
from compose.kubernetes import data, edge, network_policies, operators, scaling, workloads
from compose.kubernetes.cluster import CHOICES, PART_OF, process_of
from compose.kubernetes.objects import Object
from compose.system import GATEWAY, POSTGRES, PROCESSES, RECONCILER, WEB_SERVERS

FOLDER = Path(__file__).parent
ONE_NODE, PRODUCTION, OWN_SERVERS = "overlays/one-node", "overlays/production", "overlays/own-servers"

#: What those with several of each process begin with.
SCALED = "scaled"

_HEAD = "# Written by compose/kubernetes/render.py: what is yours goes into an overlay of your own.\n"
_CHOICES = """\
# Written by compose/kubernetes/render.py. What this system is to be; empty means the default. What each is:
# docs/serving.md. An overlay says its own: configMapGenerator, behavior: merge.
BIRZHA_COOKIE_SUFFIX=birzha
BIRZHA_PUBLIC_URL=
BIRZHA_ALLOWED_HOSTS=
BIRZHA_TRUSTED_PROXIES=
BIRZHA_CURRENCY=
BIRZHA_FEED=
BIRZHA_SOURCE_URL=
BIRZHA_OPERATOR_SECOND_FACTOR=
BIRZHA_MAIL_FROM=
BIRZHA_PRIVATE_WEBHOOKS=
BIRZHA_POSTGRES_SERVER=
BIRZHA_REDIS_SERVER=
BIRZHA_SESSIONS_SERVER=
BIRZHA_REDIS_USERS=
OTEL_EXPORTER_OTLP_ENDPOINT=
"""
#: A public address that nobody has, to be replaced.
_HOST = "birzha.example.org"


def files() -> dict[str, str]:
    """Path within this folder → text."""
    return {
        "base/choices.env": _CHOICES,
        **_base(),
        **_one_node(),
        **_scaled(),
        **_production(),
        **_own_servers(),
    }


def _base() -> dict[str, str]:
    found = {
        service.name: [
            each for process in PROCESSES if process.service == service for each in workloads.objects(process)
        ]
        for service in WEB_SERVERS
    }
    found[RECONCILER.name] = workloads.objects(process_of(RECONCILER.name))
    found |= {GATEWAY.name: edge.gateway(), CACHE: edge.cache(), "prepare": [workloads.prepare()]}
    found["network-policies"] = network_policies.policies()
    generator = {"name": CHOICES, "envs": ["choices.env"]}
    return _folder("base", found, {"configMapGenerator": [generator]})


def _one_node() -> dict[str, str]:
    found = {name: [*each, network_policies.data_policy(name)] for name, each in data.objects().items()}
    found["mailbox"] = [data.mailbox()]
    public = {"spec": {"type": "LoadBalancer"}}
    with_mailbox = [process.name for process in PROCESSES if workloads.has_mailbox(process)]
    patches = [_patch("Service", edge.PUBLIC, public)]
    patches += [_patch("Deployment", name, data.mailbox_patch()) for name in with_mailbox]
    return _folder(ONE_NODE, found, {"patches": patches}, first=["../../base"], pods="restricted")


def _scaled() -> dict[str, str]:
    """Several of each process, behind an Ingress; what holds the data is another overlay's matter."""
    found = {
        "autoscaling": scaling.autoscalers(),
        "disruption-budgets": scaling.budgets(),
        "ingress": [_ingress()],
    }
    choices = [f"BIRZHA_PUBLIC_URL=https://{_HOST}", "BIRZHA_TRUSTED_PROXIES=10.0.0.0/8"]
    more: Object = {
        "images": [{"name": "birzha", "newName": "registry.example.org/birzha", "newTag": "1.0.0"}],
        "configMapGenerator": [_chosen(choices)],
        "replicas": [{"name": name, "count": 2} for name in scaling.pairs()],
    }
    return _folder(SCALED, found, more, first=["../base"])


def _production() -> dict[str, str]:
    found = {name: [*each, _operated(name)] for name, each in operators.objects().items()}
    return _folder(PRODUCTION, found, {}, first=[f"../../{SCALED}"], pods="baseline")


def _own_servers() -> dict[str, str]:
    found = {"own-servers": [network_policies.own_servers_policy()]}
    places = [
        "BIRZHA_POSTGRES_SERVER=postgresql://admin@db.example.org:5432",
        "BIRZHA_REDIS_SERVER=rediss://admin@redis.example.org:6379",
        "BIRZHA_SESSIONS_SERVER=rediss://admin@sessions.example.org:6379",
    ]
    more: Object = {"configMapGenerator": [_chosen(places)]}
    return _folder(OWN_SERVERS, found, more, first=[f"../../{SCALED}"], pods="restricted")


def _chosen(literals: list[str]) -> Object:
    return {"name": CHOICES, "behavior": "merge", "literals": literals}


def _operated(name: str) -> Object:
    """Who else reaches what an operator runs: its own kind, and the operator."""
    if name == POSTGRES.name:
        own = {"cnpg.io/cluster": f"birzha-{name}"}
        peers: Object = {"podSelector": {"matchLabels": own}}
        return network_policies.operated_policy(name, own, [{"from": [peers, _namespace("cnpg-system")]}])
    kinds = {"key": "redis_setup_type", "operator": "In", "values": ["replication", "sentinel"]}
    peers = {"podSelector": {"matchExpressions": [kinds]}}
    selector = {"app": f"birzha-{name}", "redis_setup_type": "replication"}
    return network_policies.operated_policy(name, selector, [{"from": [peers, _namespace("ot-operators")]}])


def _namespace(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _ingress() -> Object:
    backend = {"service": {"name": edge.PUBLIC, "port": {"name": "http"}}}
    rule = {"host": _HOST, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": edge.PUBLIC},
        "spec": {"rules": [rule], "tls": [{"hosts": [_HOST], "secretName": f"{edge.PUBLIC}-tls"}]},
    }


def _folder(
    path: str, found: dict[str, list[Object]], more: Object, *, first: list[str] | None = None, pods: str = ""
) -> dict[str, str]:
    """A Kustomization and its files.

    Args:
        first: what it begins with.
        pods: the level of the Pod Security Standards that its namespace enforces; "": it has none of its own.
    """
    if pods:
        enforced = {
            "pod-security.kubernetes.io/enforce": pods,
            "pod-security.kubernetes.io/warn": "restricted",
        }
        meta = {"name": PART_OF, "labels": enforced}
        found = {"namespace": [{"apiVersion": "v1", "kind": "Namespace", "metadata": meta}], **found}
    listed = [*(first or []), *(f"{name}.yaml" for name in found)]
    root: Object = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    root |= {"namespace": PART_OF} if pods else {}
    root |= {"resources": listed, **more}
    written = {f"{path}/{name}.yaml": _yaml(*each) for name, each in found.items()}
    return {f"{path}/kustomization.yaml": _yaml(root), **written}


def _patch(kind: str, name: str, change: Object) -> Object:
    whole = {
        "apiVersion": "v1" if kind == "Service" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        **change,
    }
    return {"patch": yaml.safe_dump(whole, sort_keys=False)}


class _Plain(yaml.SafeDumper):
    """Everything where it is used: no references to what stood before."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _literal(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _literal)


def _yaml(*objects: Object) -> str:
    return _HEAD + yaml.dump_all(objects, Dumper=_Plain, sort_keys=False, width=110, default_flow_style=None)


if __name__ == "__main__":
    known = [path for kept in ("base/*", f"{SCALED}/*", "overlays/*/*") for path in FOLDER.glob(kept)]
    wanted = {FOLDER / path: text for path, text in files().items()}
    sys.exit(written.main("compose.kubernetes.render", wanted, known))
