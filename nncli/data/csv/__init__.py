"""CSV read exactly and fast: bytes into lines, records, and rows of numbers."""
