"""The arithmetic of a network as steps, in exact decimals: every number by hand."""
