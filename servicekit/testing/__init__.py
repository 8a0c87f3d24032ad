"""What tests of a service stand on: its real database and Redis, real tokens, real delivery."""
