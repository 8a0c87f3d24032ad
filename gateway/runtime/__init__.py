"""What runs and watches: the files that Envoy and nginx go by, their processes, and Envoy's admin."""
