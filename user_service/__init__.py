"""Who a customer is and where they are signed in. Owns users, credentials, sessions and signing keys."""
