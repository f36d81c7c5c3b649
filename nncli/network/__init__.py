"""The arithmetic: layers, networks, and the shapes they make."""
