"""What a search is asked, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from index.cards import ServiceCard
from index.records import Language

ANYWHERE = "Lietuva"


@dataclass(frozen=True)
class Query:
    """A question to the directory.

    text: what the person said, up to 2000 characters; where it is empty, all that the filters let through is listed.
    language: of the cards' texts (lt, pl, en).
    municipality: official name; `Lietuva` means anywhere; None takes the place from the text, if it names one.
    open_at: local time (Europe/Vilnius); only what is open then, or may be, is found.
    needs: ids of needs that were chosen by button; they replace what is understood from the text.
    hints: ids of needs that the conversation speaks of; they count where the text itself says little.
    by_name: institutions that the text names are found wherever they are; not where it is asked about another place.
    nationwide: where no municipality is known, only what is for the whole country is found.
    with_hidden: for staff: records that residents are not shown are found too.
    spoken_language: only where this language (ISO code) is said to be spoken; Lithuanian also where nothing is said.
    statuses: only records of one of these, their own or else their institution's; () is any.
    """

    text: str
    language: Language = "lt"
    municipality: str | None = None
    category: str | None = None
    target_group: str | None = None
    open_at: datetime | None = None
    limit: int = 5
    offset: int = 0
    needs: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    by_name: bool = True
    nationwide: bool = False
    with_hidden: bool = False
    spoken_language: str | None = None
    statuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchResult:
    """What was found.

    match: False when nothing in the directory answers; `cards` then holds next steps only, marked as such.
    municipality: the place that was used, official name, or None.
    needs: ids of the needs that the question was understood as, most likely first.
    certainty: probability of the first need. unsure: it is so low that people are asked which need they mean.
    elsewhere: the question belongs to another office (a passport, parking).
    place_matters: the answer would be another one in another municipality, and none is known.
    """

    match: bool
    cards: tuple[ServiceCard, ...]
    total: int
    municipality: str | None
    needs: tuple[str, ...]
    place_matters: bool
    took_ms: float
    elsewhere: bool = False
    certainty: float = 0.0
    unsure: bool = False
