"""Containers that run when they are asked for (profiles): a catcher of mail, Prometheus, Grafana, Jaeger."""

from __future__ import annotations

from pathlib import Path

import yaml

from compose.docker.blocks import block, healthcheck, items, own, volumes
from compose.docker.network import PORT
from compose.system import GATEWAY, PROCESSES
from gateway.config.source import load

#: The folder of rules and of the dashboard, as compose.yaml sees it.
_MONITORING = "../monitoring"
_STATS_PATH = "/stats/prometheus"
_NOBODY = "65534:65534"


def mail() -> str:
    """A mail server that sends nothing and shows everything."""
    return block(
        "mail",
        "<<: *server",
        "# docker compose --profile mail up -d, with BIRZHA_SMTP_URL=smtp://mail:1025 in .env",
        "profiles: [mail]",
        "image: ${MAIL_IMAGE:-axllent/mailpit:v1.27}",
        "read_only: true",
        f'user: "{_NOBODY}"',
        "cap_drop: [ALL]",
        "tmpfs: [/tmp]",
        'ports: ["127.0.0.1:${BIRZHA_MAIL_PORT:-8025}:8025"]',
        networks=items("front"),
        healthcheck=healthcheck("CMD", "/mailpit", "readyz"),
        mem_limit="128m",
    )


def prometheus() -> str:
    """Prometheus, with the alert rules."""
    return block(
        "prometheus",
        "<<: *server",
        "profiles: [observe]",
        "image: ${PROMETHEUS_IMAGE:-prom/prometheus:v3.5.0}",
        "read_only: true",
        f'user: "{_NOBODY}"',
        "cap_drop: [ALL]",
        "command:",
        "  - --config.file=/etc/prometheus/prometheus.yml",
        "  - --storage.tsdb.path=/prometheus",
        "  - --storage.tsdb.retention.time=15d",
        'ports: ["127.0.0.1:${BIRZHA_PROMETHEUS_PORT:-9090}:9090"]',
        *volumes(
            [
                "prometheus:/prometheus",
                "./prometheus.yml:/etc/prometheus/prometheus.yml:ro",
                f"{_MONITORING}/alerts.yml:/etc/prometheus/alerts.yml:ro",
            ]
        ),
        networks=items("front"),
        healthcheck=healthcheck("CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9090/-/ready"),
        mem_limit="512m",
    )


def grafana() -> str:
    """Grafana, with the dashboard."""
    folder = "/etc/grafana/provisioning"
    return block(
        "grafana",
        "<<: *server",
        "profiles: [observe]",
        "image: ${GRAFANA_IMAGE:-grafana/grafana:12.1.1}",
        "read_only: true",
        "cap_drop: [ALL]",
        f"tmpfs: [/tmp, {own(Path('/var/lib/grafana'), 472)}]",
        "environment:",
        "  GF_SECURITY_ADMIN_PASSWORD: ${BIRZHA_GRAFANA_PASSWORD:?run make docker-env first}",
        '  GF_ANALYTICS_REPORTING_ENABLED: "false"',
        '  GF_ANALYTICS_CHECK_FOR_UPDATES: "false"',
        'ports: ["127.0.0.1:${BIRZHA_GRAFANA_PORT:-3000}:3000"]',
        *volumes(
            [
                f"./grafana/datasource.yml:{folder}/datasources/birzha.yml:ro",
                f"./grafana/dashboards.yml:{folder}/dashboards/birzha.yml:ro",
                f"{_MONITORING}/grafana.json:/etc/grafana/birzha/birzha.json:ro",
            ]
        ),
        networks=items("front"),
        healthcheck=healthcheck("CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/health"),
        mem_limit="512m",
    )


def traces() -> str:
    """Jaeger, which takes the spans of every process, also of those that have no way out, and shows them."""
    return block(
        "traces",
        "<<: *server",
        "# OTEL_EXPORTER_OTLP_ENDPOINT=http://traces:4318 in .env, docker compose --profile traces up -d",
        "profiles: [traces]",
        "image: ${TRACES_IMAGE:-jaegertracing/jaeger:2.21.0}",
        "read_only: true",
        f'user: "{_NOBODY}"',
        "cap_drop: [ALL]",
        "tmpfs: [/tmp]",
        "command: [--set=extensions.jaeger_storage.backends.some_storage.memory.max_traces=5000]",
        'ports: ["127.0.0.1:${BIRZHA_TRACES_PORT:-16686}:16686"]',
        networks=items("data", "pages", "front"),
        mem_limit="1024m",
    )


def scraped() -> str:
    """``prometheus.yml``: every process by its name, however many there are of it."""
    names = [process.name for process in PROCESSES if process.type.answers_http]
    relabeled = [
        {"source_labels": ["__meta_dns_name"], "target_label": "instance"},
        {"source_labels": ["__address__"], "target_label": "replica"},
    ]
    stats = int(load().target("compose").stats.rpartition(":")[2])
    jobs = [
        {
            "job_name": "birzha",
            "dns_sd_configs": [{"names": names, "type": "A", "port": PORT, "refresh_interval": "15s"}],
            "relabel_configs": relabeled,
        },
        {
            "job_name": "birzha-gateway",
            "metrics_path": _STATS_PATH,
            "static_configs": [
                {"targets": [f"{GATEWAY.name}:{stats}"], "labels": {"instance": GATEWAY.name}}
            ],
        },
    ]
    every = {"scrape_interval": "15s", "evaluation_interval": "15s"}
    whole = {"global": every, "rule_files": ["alerts.yml"], "scrape_configs": jobs}
    return "# Written by compose/docker/render.py.\n" + yaml.safe_dump(whole, sort_keys=False, width=110)
