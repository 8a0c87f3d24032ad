"""The files that Envoy and nginx are started with."""

from __future__ import annotations

from compose.local import kept_servers, traces_settings
from compose.local.console import CommandError
from compose.local.hosts import BEHIND_INGRESS
from compose.local.paths import Home
from compose.local.processes import INGRESS
from compose.local.settings import Settings
from compose.system import GATEWAY
from gateway.canary import state


def render_gateway(home: Home, settings: Settings) -> None:
    """Write the files of the gateway, or of the ingress where there is none; what runs takes them by itself.

    Raises:
        CommandError: gateway.yaml is wrong, or Envoy or nginx would not take it; then nothing is written.
    """
    from gateway.config.addresses import ServicesHost
    from gateway.config.source import SourceError
    from gateway.runtime.envoy import EnvoyRefused
    from gateway.runtime.ingress import render_ingress
    from gateway.runtime.nginx import NginxRefused
    from gateway.runtime.render import render

    part, out = kept_servers.part_of(home), home.etc / GATEWAY.name
    host = None if part.has_services else ServicesHost(part.host, part.port, BEHIND_INGRESS, out)
    try:
        if part.certificate and not part.has_edge:
            render_ingress(home.etc / INGRESS.name, home.run, part.place, BEHIND_INGRESS, part.certificate)
            return
        render(
            out=out,
            run_dir=home.run,
            port=settings.port,
            bind=settings.bind,
            rate_limits=settings.rate_limits,
            check=True,
            canaries=state.read(home.versions).weights(),
            site=settings.site,
            certificate=settings.certificate,
            traces=traces_settings.of_gateway(settings.traces),
            services_host=host,
            inner_certificate=part.certificate,
        )
    except (SourceError, EnvoyRefused, NginxRefused) as error:
        raise CommandError(f"The gateway's configuration is not valid: {error}") from error
