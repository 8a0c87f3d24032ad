"""What runs and watches: the files that Envoy and nginx read, their processes, and Envoy's admin."""
