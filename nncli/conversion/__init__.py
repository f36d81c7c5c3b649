"""Networks from one form into another."""
