"""The care desk at /desk: who needs a human now, each order's whole story, what the team does, how well it does it."""
