"""Scenarios: a street with a truth, put through a whole node, and how well the node told it."""
