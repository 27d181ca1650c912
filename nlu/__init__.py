"""Understands text: languages, normal forms, places, danger, acts, and the meaning of sentences."""
