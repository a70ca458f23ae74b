"""The order's own page: who may open it, what it says, and how it stays current."""
