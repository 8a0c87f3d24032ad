"""What user_service knows of a person, in one piece, for the person."""
