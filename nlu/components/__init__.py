"""Rasa graph components; each is one step of `nlu.understanding` for Rasa's pipeline."""
