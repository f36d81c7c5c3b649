"""How good a network is, beside the targets of its samples."""
