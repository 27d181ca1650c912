"""What is heard in a message before the dialogue reads it: danger, silence, its language, and what must not be kept."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.base import FOREIGN_ANSWERS
from bot.message import Message
from bot.turn import Memory
from index.published import published_contacts
from index.search import ServiceIndex
from nlu.crisis import CrisisReading
from nlu.cyrillic import russian_or_ukrainian
from nlu.masking import mask
from nlu.silence import read_need
from nlu.understanding import LANGUAGES, cleaned, hear_language


@dataclass(frozen=True)
class Hearing:
    """A message as it was heard.

    text: all that anything after this sees. masked: whether personal data were taken out of it.
    silent: the person cannot speak. language: the conversation's from now on.
    own: `ru` or `uk`, in which a few sentences are said first. foreign: the answer is in two languages.
    """

    text: str
    masked: bool
    crisis: CrisisReading
    silent: bool
    language: str
    own: str | None
    foreign: bool

    @property
    def answered_in(self) -> tuple[str, ...]:
        return FOREIGN_ANSWERS if self.foreign else (self.language,)

    @property
    def languages(self) -> tuple[str, ...]:
        """All that the first words are said in, in their order."""
        return (self.own, *self.answered_in) if self.own else self.answered_in

    @property
    def spoken(self) -> str:
        """The person's language, also where it is none of the answer's: lt, pl, en, ru, uk, other."""
        return (self.own or "other") if self.foreign else self.language

    @property
    def says_something(self) -> bool:
        return any(sign.isalnum() for sign in self.text)


def hear(message: Message, memory: Memory, hint: str | None, index: ServiceIndex) -> Hearing:
    """Danger is read in what was written; everything that remembers gets the masked text."""
    written = cleaned(message.text)
    text = mask(written, lambda: published_contacts(index.directory))
    heard = hear_language(written)
    ours = heard.clear and heard.language in LANGUAGES
    foreign = heard.clear and not ours
    crisis, silent = read_need(written, index.is_everyday)
    goes_on = memory.silent and crisis.level != "none" and crisis.topic != "seeking_person"
    return Hearing(
        text=text,
        masked=text != written,
        crisis=crisis,
        silent=silent or goes_on,
        language=heard.language if ours else hint or memory.language,
        own=russian_or_ukrainian(written) if foreign else None,
        foreign=foreign,
    )
