"""What users are called, as a service hears it from user_service: for its admin's lists and searches."""
