"""The gateway between a fast server and a client that costs little: what Envoy and nginx themselves cost."""
