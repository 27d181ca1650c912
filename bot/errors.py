"""What can go wrong in a dialogue."""


class BotError(Exception):
    """Base of every error of this package."""


class ModelMissing(BotError):
    """There is no trained dialogue model to open."""


class TurnFailed(BotError):
    """Rasa gave no answer in time, or none at all; the caller falls back to search."""
