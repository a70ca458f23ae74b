"""Asking a question on the page: one form, one thread, one reply-by time; kept whether or not `orders` answers."""
