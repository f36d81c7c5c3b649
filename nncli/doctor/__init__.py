"""Why shapes do not fit, and which change would make them fit: changes are tried, not guessed."""
