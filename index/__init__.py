"""Finds services: the directory, its index, and the search over both."""
