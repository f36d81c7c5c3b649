"""The forward pass for whole batches: the same formulas as the layers', bound to them by a test."""
