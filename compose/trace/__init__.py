"""`make trace ID=…`: everything that came of one click, from all services' databases, in order of time."""
