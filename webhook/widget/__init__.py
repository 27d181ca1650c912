"""The chat page, with and without JavaScript."""
