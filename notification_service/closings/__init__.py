"""What becomes of what is known of a user whose account is closed."""
