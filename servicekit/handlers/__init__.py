"""Ready-made handlers for services' subscriptions: users' names, revoked sessions."""
