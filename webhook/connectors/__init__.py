"""Doors to messaging platforms and integrators: each verifies, parses, renders and sends for one of them."""
