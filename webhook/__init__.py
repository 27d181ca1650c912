"""Talks to people: HTTP, the chat page, and later the platforms. Flask stands behind this door only."""
