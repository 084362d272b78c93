"""The file schema: what scenario.yaml and its tables may hold. Strict, frozen, with docstrings as descriptions."""
