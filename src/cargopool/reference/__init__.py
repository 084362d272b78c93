"""Packaged reference data and its loader."""
