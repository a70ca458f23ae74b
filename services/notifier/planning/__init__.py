"""What to tell, to whom, and what not to tell and why: pure functions of events. No I/O."""
