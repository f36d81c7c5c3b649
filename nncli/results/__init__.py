"""Where results go: a place that is whole or untouched, and one file per form."""
