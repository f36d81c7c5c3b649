"""What the user asked for: YAML text into a validated network spec."""
