"""The gateway: one declarative file (gateway.yaml) and what turns it into Envoy's configuration."""
