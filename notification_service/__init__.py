"""notification_service: notifies each user of what happened to their account and their orders."""
