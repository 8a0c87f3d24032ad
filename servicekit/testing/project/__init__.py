"""A Django project with nothing of its own, for servicekit's own tests."""
