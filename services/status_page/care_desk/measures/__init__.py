"""How well the merchant cares: the numbers of care.md as plots that need no colour, as a table, and as CSV."""
