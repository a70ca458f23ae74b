"""How a message leaves: one module per channel, behind one small port."""
