"""Watches in motion: who folds what was heard, when the watchdog looks, and what looks after the watchdog."""
