"""A shop with realistic order lives, seeded: the same seed, run name and base time give the same events, byte for
byte.
"""
