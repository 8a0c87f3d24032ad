"""gateway.yaml's routes, decided once: typed rules. Knows nothing of Envoy's or nginx's language."""

from gateway.config.routing.model import Match, Reply, Retry, RouteRule, RouteTable, Upstream, UpstreamKind
from gateway.config.routing.table import no_tunnels, refusal, route_table
