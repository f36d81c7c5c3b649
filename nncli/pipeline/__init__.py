"""A stream of samples through a network, into results."""
