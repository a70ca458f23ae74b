"""After a restore: the time between backup and failure is lived once more, and nobody is told."""
