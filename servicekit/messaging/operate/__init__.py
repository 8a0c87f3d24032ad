"""Operating: the worker that runs the relay and the consumer; what operators and Prometheus are told; what
is sent again, removed, or decided by a person."""
