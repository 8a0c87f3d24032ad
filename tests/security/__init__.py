"""What attackers do to the whole system, and that it goes on."""
