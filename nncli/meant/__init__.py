"""What a text was meant to be: a number, a list, a name of another program; never a remedy."""
