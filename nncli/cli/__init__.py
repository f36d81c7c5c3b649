"""The command line: arguments in, exit codes out, nothing in between."""
