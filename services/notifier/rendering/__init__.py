"""From rows and the newest order to subject, plain text and HTML."""
