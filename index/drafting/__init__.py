"""Proposes a record from the text of a page; each value says which line it stands on, and nothing is guessed."""

from index.drafting.page import Found
from index.drafting.reading import Draft, DraftedService, draft
from index.drafting.writing import written

__all__ = ["Draft", "DraftedService", "Found", "draft", "written"]
