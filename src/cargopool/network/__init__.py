"""Scenario to Network: departures, events, moves, legs, buckets, as documented numpy arrays."""
