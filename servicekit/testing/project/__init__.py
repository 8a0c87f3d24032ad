"""A minimal Django project for servicekit's own tests."""
