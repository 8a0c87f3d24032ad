"""Users' names, copied from user_service's events for lists and searches in the admin."""
