"""Rasa in this process: its agent on a loop of its own, its memory, its texts, its actions."""
