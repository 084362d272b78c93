"""The independent verifier."""
