"""Never in the dark: what is owed to a buyer, by when, and what is said when it is late. Pure; no I/O (care.md)."""
