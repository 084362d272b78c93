"""Network to plan: search, columns, MIP, bound."""
