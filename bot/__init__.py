"""Decides what to say: Rasa's dialogue in this process, with a door of its own, `bot.assistant.Assistant`."""
