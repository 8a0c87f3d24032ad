"""The files that Envoy and nginx are started with."""

from __future__ import annotations

from compose.local import traces_settings
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.settings import Settings
from gateway.canary import state


def render_gateway(home: Home, settings: Settings) -> None:
    """Write the gateway's files; what runs takes them by itself.

    Raises:
        CommandError: gateway.yaml is wrong, or Envoy or nginx would not take it; then nothing is written.
    """
    from gateway.config.source import SourceError
    from gateway.runtime.envoy import EnvoyRefused
    from gateway.runtime.nginx import NginxRefused
    from gateway.runtime.render import render

    try:
        render(
            out=home.etc / "gateway",
            run_dir=home.run,
            port=settings.port,
            bind=settings.bind,
            rate_limits=settings.rate_limits,
            check=True,
            canaries=state.read(home.versions).weights(),
            site=settings.site,
            certificate=settings.certificate,
            traces=traces_settings.of_gateway(settings.traces),
        )
    except (SourceError, EnvoyRefused, NginxRefused) as error:
        raise CommandError(f"The gateway's configuration is not valid: {error}") from error
