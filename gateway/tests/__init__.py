"""The gateway's rules, each through a real Envoy with small real servers behind it."""
