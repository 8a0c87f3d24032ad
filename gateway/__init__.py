"""The gateway: one declarative file (gateway.yaml), what is written from it, and what runs by that."""
