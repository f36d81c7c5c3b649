"""What Python shows of a network: tables in a notebook, and every number explained."""
