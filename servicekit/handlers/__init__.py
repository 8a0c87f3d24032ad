"""Handlers that services put into their lists of subscriptions as they are: users' names, ended sessions."""
