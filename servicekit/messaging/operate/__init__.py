"""Operating: the worker that runs the relay and the consumer; status and metrics; replay, retention and
dead letters."""
