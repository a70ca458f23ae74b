"""A shop's year on an accelerated clock, through the real folding, planning and watchdog code."""
