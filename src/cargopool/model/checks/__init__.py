"""Checks of meaning, one module per kind of thing; `cargopool.model.validate` runs them all."""
