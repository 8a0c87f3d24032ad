"""Our processes, a Deployment each, and the job that migrates before they may start."""

from __future__ import annotations

from compose.docker.network import HOME, KEYS, MAILBOX, PORT
from compose.kubernetes.cluster import KEYS_SECRET, OUR_USER, PREPARE, SMTP_URL, secrets_of
from compose.kubernetes.objects import (
    IMAGE,
    Object,
    choices,
    container,
    deployment,
    http_probes,
    labels,
    leaving,
    made,
    memory,
    mount,
    pod,
    resources,
    scratch,
    secret,
    service,
)
from compose.system import DELIVERY, WORKER, Process
from compose.system.model import PASSWORDS, RECONCILER

#: CPUs and MiB that are kept for a process of ours, and the most it gets. Python uses one CPU; passwords are
#: hashed by as many threads as half of their CPUs.
_CPU, _MIB = ("100m", "1"), (160, 512)
_PASSWORDS_CPU = ("100m", "4")
_JOB_CPU, _JOB_MIB = ("250m", "2"), (256, 1024)


def objects(process: Process) -> list[Object]:
    """A process's Deployment and, of one with an address, its Service."""
    answers, kind = process.type.answers_http, process.type
    worker = kind in (WORKER, DELIVERY)
    more: Object = resources(_PASSWORDS_CPU if kind == PASSWORDS else _CPU, _MIB)
    own: Object = {
        "env": [_cores()],
        "resources": more,
        "volumeMounts": [mount("etc", HOME / "etc", read_only=True), mount("tmp", "/tmp")],
    }
    if answers or worker:
        own["ports"] = [{"name": "http", "containerPort": PORT}]
        addresses = ("/readyz", "/healthz") if answers else ("/metrics", "/metrics")
        own |= http_probes(*addresses, PORT)
    if answers:
        own |= leaving()
    volumes = [memory("etc"), scratch("tmp", "256Mi")]
    if has_keys(process):
        own["volumeMounts"].append(mount("keys", KEYS, read_only=True))
        volumes.append(_keys())
    if has_mailbox(process):
        own["volumeMounts"].append(mount("mailbox", MAILBOX))
        volumes.append(scratch("mailbox", "1Gi"))
    words = ("python", "-m", "compose.docker.serve", process.name)
    spec = pod(
        OUR_USER,
        kind.stop_s,
        [container(process.name, IMAGE, words, **own)],
        volumes,
        initContainers=[configure(process.name), *([_wait(process)] if process.service else [])],
    )
    found = [
        deployment(
            process.name,
            spec,
            metrics=f"{PORT}/metrics" if answers or worker else "",
            alone=kind == RECONCILER,
        )
    ]
    return [*found, service(process.name, {"http": PORT})] if answers else found


def prepare() -> Object:
    """The job: roles, databases, tables; then the market and the operator. It does what is missing."""
    mounts = [
        mount("etc", HOME / "etc", read_only=True),
        mount("keys", KEYS, read_only=True),
        mount("tmp", "/tmp"),
    ]
    given: Object = {
        "env": _secrets(PREPARE),
        **choices(),
        "resources": resources(_JOB_CPU, _JOB_MIB),
        "volumeMounts": mounts,
    }
    words = ("python", "-m", "compose.docker.prepare")
    spec = pod(
        OUR_USER,
        30,
        [container("load", IMAGE, (*words, "--after"), **given)],
        [memory("etc"), scratch("tmp", "1Gi"), _keys()],
        restartPolicy="OnFailure",
        initContainers=[
            configure(PREPARE),
            container(
                "wait",
                IMAGE,
                ("python", "-m", "compose.kubernetes.wait", PREPARE),
                **choices(),
                resources=_little(),
            ),
            container("migrate", IMAGE, words, **given),
        ],
    )
    template = {"metadata": {"labels": labels(PREPARE)}, "spec": spec}
    return made("batch/v1", "Job", PREPARE, {"backoffLimit": 20, "template": template})


def configure(name: str, files: tuple[Object, ...] = ()) -> Object:
    """What writes a container's files before it starts.

    Args:
        files: where they go; a process of ours has its environment.
    """
    mounts = files or (mount("etc", HOME / "etc"),)
    written = container(
        "configure",
        IMAGE,
        ("python", "-m", "compose.kubernetes.configure", name),
        **({"env": found} if (found := _secrets(name)) else {}),
        **choices(),
        resources=_little(),
        volumeMounts=list(mounts),
    )
    # in whosever pod: the image's folders are its own user's
    written["securityContext"] |= {"runAsUser": OUR_USER, "runAsGroup": OUR_USER}
    return written


def has_keys(process: Process) -> bool:
    """Whether it signs tokens."""
    return bool(process.service and process.service.signs_tokens and process.type != WORKER)


def has_mailbox(process: Process) -> bool:
    """Whether it writes or reads the mails of a system without a mail server."""
    return bool(process.service and DELIVERY in process.service.types)


def _secrets(name: str) -> list[Object]:
    found = [secret(each) for each in secrets_of(name)]
    sends_mail = name == PREPARE or name.startswith("notification")
    return [*found, secret(SMTP_URL, SMTP_URL, optional=True)] if sends_mail else found


def _wait(process: Process) -> Object:
    words = ("python", "-m", "compose.kubernetes.wait", process.name)
    return container(
        "wait",
        IMAGE,
        words,
        resources=_little(),
        volumeMounts=[mount("etc", HOME / "etc", read_only=True), mount("tmp", "/tmp")],
    )


def _keys() -> Object:
    return {"name": "keys", "secret": {"secretName": KEYS_SECRET, "defaultMode": 0o440}}


def _cores() -> Object:
    reference = {"resource": "limits.cpu", "divisor": "1"}
    return {"name": "BIRZHA_CORES", "valueFrom": {"resourceFieldRef": reference}}


def _little() -> Object:
    return resources(("50m", "1"), (96, 256))
