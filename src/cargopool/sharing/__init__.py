"""Baselines and cost sharing."""
