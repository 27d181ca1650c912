"""The commands of `python -m index`, one a file: `add_to` names it and its options, `run` does it."""
