"""Messages that nobody serves, held against all rules: those that were saved, and those that pass through."""
