"""Handing a conversation over to people at a desk, and taking it back."""
