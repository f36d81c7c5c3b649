"""Batches in, results out."""
