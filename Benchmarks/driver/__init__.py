"""Measures systems side by side: one run, many short turns each, one table."""
