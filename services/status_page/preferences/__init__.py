"""Which messages are welcome: one click ends the optional ones, and no others."""
