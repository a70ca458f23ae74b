"""Explaining to many at once: all whom a carrier, a product or a day affects, by a job that survives its process."""
