"""Cancelling a trial: by the link in a message, without any login, or from the order's page."""
