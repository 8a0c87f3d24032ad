"""notification_service: tells each user what happened to their account and their orders."""
