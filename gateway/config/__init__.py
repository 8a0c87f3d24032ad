"""What is read, gateway.yaml, and what is written from it for Envoy and nginx. Pure: values in, text out."""
