"""The one search behind every door: understands the question, ranks records, makes cards."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from index import ranking
from index.always import write_always
from index.answering import chance_of_an_answer, signs
from index.building import ELSEWHERE, current_name, open_build
from index.cards import ServiceCard
from index.catalogue import Catalogue
from index.columns import Columns, Flags, Record, serves
from index.directory.database import Engine, open_database
from index.directory.reading import read_directory
from index.directory.refreshing import refresh
from index.directory.revisions import read_revision
from index.everyday import grave_needs
from index.hours import VILNIUS
from index.needs.taxonomy import Taxonomy
from index.presenting import CardMaker
from index.query import Query, SearchResult
from index.ranking import Hit, Understood, weights
from index.records import COUNTRY, Directory, Helpline, Service
from index.shelf import Shelf
from nlu.crisis import CrisisReading
from nlu.danger import read_danger
from nlu.encoder import Encoder, open_encoder
from nlu.people import people_meant
from nlu.places import Gazetteer, PlaceMention
from nlu.settings import var_folder

# Needs for which the law lets a person ask another municipality, and a bed is wanted tonight.
CRISIS_NEEDS = frozenset(
    {"sleep-tonight", "violence-home", "leave-with-children", "mother-and-baby", "child-without-parents"}
)
_CRISIS_CHANCE = 0.25
_LOOK_EVERY_SECONDS = 1.0
# What the conversation or a danger hints at is taken for as likely as this, where the words say less.
_SURE_NEED = 0.6
# Likelier than this, an everyday request is taken for one even where it sounds heavy.
_SURELY = 0.7
# Needs less likely than this are noise of the classifier.
_LEAST_NEED = 0.04


class ServiceIndex:
    """Searches the newest directory with the newest build; both are changed between questions."""

    def __init__(
        self, encoder: Encoder, engine: Engine, shelf: Shelf | None = None, folder: Path | None = None
    ) -> None:
        self._encoder, self._engine, self._folder = encoder, engine, folder
        self._gazetteer = Gazetteer.load()
        self._renewing = threading.Lock()
        if shelf is None:
            # The revision first: what changes between the two is then read again, never missed.
            revision = read_revision(engine)
            shelf = Shelf(read_directory(engine), open_build(encoder, folder), encoder, revision)
        self._shelf = shelf

    @classmethod
    def open(cls) -> ServiceIndex:
        """With the configured encoder and database, and a watch for changes.

        Raises IndexMissing, ForeignEncoder, EncoderUnavailable.
        """
        index = cls(open_encoder(), open_database())
        # What is shown when all else fails must not hold a number that somebody has just corrected.
        index.watch(lambda directory: write_always(directory, var_folder()))
        return index

    @property
    def directory(self) -> Directory:
        return self._shelf.directory

    @property
    def taxonomy(self) -> Taxonomy:
        return self._shelf.taxonomy

    @property
    def encoder(self) -> Encoder:
        return self._encoder

    @property
    def shelf(self) -> Shelf:
        """What is searched at this moment."""
        return self._shelf

    def ready(self) -> bool:
        """Whether a question would be answered now."""
        return self._encoder.encode_question("?").shape[0] > 0 and len(self._shelf.build.vectors) > 0

    def search(self, query: Query) -> SearchResult:
        """The cards for a question, best first; see SearchResult."""
        begin = time.perf_counter()
        shelf = self._shelf
        columns, asked, candidates = self._look(query, shelf)
        hits, institutions = ranking.best(
            columns, asked, ranking.score_all(columns, asked, candidates), query.offset + query.limit
        )
        needs = _likely_needs(asked, query)
        match = bool(hits) and (bool(query.needs) or asked.silent or _is_answerable(asked, hits[0]))
        certainty = max(asked.needs.values(), default=0.0)
        maker = self._maker(shelf, query.language, query.open_at)
        cards = tuple(_cards(maker, hits[query.offset :], needs, asked.people)) if match else ()
        took = (time.perf_counter() - begin) * 1000
        return SearchResult(
            match=match, cards=cards, total=institutions if match else 0, needs=needs,
            municipality=asked.municipality,
            place_matters=match and asked.municipality is None and _place_matters(hits), took_ms=round(took, 2),
            certainty=certainty, unsure=certainty < weights()["unsure_below"],
            elsewhere=not match and asked.elsewhere > certainty,
        )  # fmt: skip

    def is_everyday(self, text: str) -> bool:
        """Whether the text surely asks for a need that nobody comes with in danger."""
        try:
            found = self.search(Query(text))
        except Exception:  # noqa: BLE001  # whatever is wrong with the search, danger then stays danger
            return False
        return found.certainty >= _SURELY and bool(found.needs) and found.needs[0] not in grave_needs()

    def card(
        self, service_id: str, language: str, needs: tuple[str, ...] = (), with_hidden: bool = False
    ) -> ServiceCard | None:
        """One record's card, or None when it is unknown, not shown, or reaches nobody.

        `needs` say why it is shown, if known.
        """
        shelf = self._shelf
        columns = shelf.everything.columns if with_hidden else shelf.columns
        row = columns.row.get(service_id)
        if row is None:
            return None
        record, owner = columns.records[row], columns.owners[row]
        maker = self._maker(shelf, language, None)
        return next(_cards(maker, [Hit(record, owner, 0.0)], needs or record.needs[:1]), None)

    def next_steps(self, language: str, municipality: str | None) -> tuple[ServiceCard, ...]:
        """Whom to ask when nothing answers: the municipality's department, else the national line for hardship."""
        shelf = self._shelf
        place = municipality or _home()
        maker = self._maker(shelf, language, None)
        hits = [
            Hit(record, owner, 0.0)
            for record, owner in zip(shelf.columns.records, shelf.columns.owners, strict=True)
            if "where-to-ask" in record.needs[:1] and _is_next_step(record, shelf.directory, place)
        ]
        return tuple(maker.card(hit, fallback=True) for hit in hits[:2])

    def _maker(self, shelf: Shelf, language: str, moment: datetime | None) -> CardMaker:
        return CardMaker(shelf.directory, shelf.taxonomy, language, moment or datetime.now(VILNIUS))

    def renew(self) -> bool:
        """Takes up a changed directory or a new build; whether there was one."""
        with self._renewing:
            shelf = self._shelf
            build = shelf.build
            if current_name(self._folder) != build.name:
                build = open_build(self._encoder, self._folder)
            directory, revision = refresh(self._engine, shelf.directory, shelf.revision)
            if build is shelf.build and revision == shelf.revision:
                return False
            self._shelf = Shelf(directory, build, self._encoder, revision, shelf)
            return True

    def watch(self, tell: Callable[[Directory], None] = lambda directory: None) -> None:
        """From now on takes up changes within a second or two, whoever makes them, and tells of each."""
        threading.Thread(target=self._watch, args=(tell,), name="directory-watch", daemon=True).start()

    def _watch(self, tell: Callable[[Directory], None]) -> None:
        while True:
            time.sleep(_LOOK_EVERY_SECONDS)
            try:
                if self.renew():
                    tell(self.directory)
            except Exception:  # noqa: BLE001  # a broken new build or directory: the old one keeps serving
                continue

    def looked_at(self, query: Query) -> tuple[Columns, Understood, Flags]:
        """The records, what the question says, and which records may answer: for those who measure and learn."""
        return self._look(query, self._shelf)

    def _look(self, query: Query, shelf: Shelf) -> tuple[Columns, Understood, Flags]:
        catalogue = shelf.everything if query.with_hidden else shelf.shown
        said_something = bool(query.text.strip())
        asked = self._understand(query, shelf, catalogue) if said_something else _unsaid(query, shelf, catalogue)
        return catalogue.columns, asked, _candidates(query, asked, catalogue.columns)

    def _understand(self, query: Query, shelf: Shelf, catalogue: Catalogue) -> Understood:
        mentions = self._gazetteer.find(query.text)
        bare = _without(query.text, mentions)
        vector = self._encoder.encode_question(bare)
        chances = dict(
            zip(shelf.build.needs.labels, shelf.build.needs.probabilities(bare, vector).tolist(), strict=True)
        )
        elsewhere = chances.pop(ELSEWHERE, 0.0)
        crisis = read_danger(query.text)
        hints = query.hints or _needs_of_danger(crisis, shelf.taxonomy)
        if hints and max(chances.values()) < _SURE_NEED:
            chances |= dict.fromkeys(hints, _SURE_NEED)
            elsewhere = 0.0
        if query.needs:
            chances, elsewhere = dict.fromkeys(query.needs, 1.0), 0.0
        people = people_meant(query.text)
        municipality = query.municipality or (mentions[0].municipality if mentions else _home())
        return Understood(
            needs={need: chances.get(need, 0.0) for need in shelf.taxonomy.needs},
            elsewhere=elsewhere,
            nearness=shelf.build.ours.nearness(vector) - shelf.build.others.nearness(vector),
            meaning=shelf.meaning(query.text, vector, catalogue),
            words=catalogue.words(bare),
            named=catalogue.names.mentioned(query.text) if query.by_name else {},
            municipality=municipality,
            people=people,
            not_people=shelf.taxonomy.apart_from(people),
            centres=shelf.centres(municipality),
            crisis_level=crisis.level,
        )


def _cards(
    maker: CardMaker, hits: Iterable[Hit], needs: tuple[str, ...], people: frozenset[str] = frozenset()
) -> Iterator[ServiceCard]:
    for hit in hits:
        try:
            yield maker.card(hit, needs, people)
        except ValueError:  # imported without a contact, and nobody stands in: the others are shown all the same
            continue


def _home() -> str | None:
    return os.environ.get("KELRODIS_HOME_MUNICIPALITY") or None


def _unsaid(query: Query, shelf: Shelf, catalogue: Catalogue) -> Understood:
    """Nothing was typed: needs that were chosen by button, and the place."""
    nothing = np.zeros(len(catalogue.columns), dtype=np.float32)
    municipality = query.municipality or _home()
    return Understood(
        needs={need: float(need in query.needs) for need in shelf.taxonomy.needs},
        elsewhere=0.0, nearness=0.0, meaning=nothing, words=nothing, named={}, municipality=municipality,
        centres=shelf.centres(municipality), silent=True,
    )  # fmt: skip


def _candidates(query: Query, asked: Understood, columns: Columns) -> Flags:
    """Records that may answer: of the place, or named, or with a bed where that is what matters; and the filters."""
    may = columns.here(asked.municipality)
    if any(asked.needs[need] > _CRISIS_CHANCE for need in CRISIS_NEEDS):
        may = may | columns.takes_in_at_night
    if asked.named:
        may = may | (columns.owned_by(asked.named) == 1.0)
    if query.needs:
        may = may & (columns.shares_of(asked.needs) > 0)
    if query.nationwide and asked.place is None:
        may = may & columns.is_nationwide
    if query.category:
        may = may & columns.in_category(query.category)
    if query.target_group:
        may = may & columns.for_groups({query.target_group, "everyone"})
    if query.spoken_language:
        may = may & columns.speaking(query.spoken_language)
    if query.statuses:
        may = may & columns.of_status(query.statuses)
    return columns.maybe_open(query.open_at, may) if query.open_at else may


def _needs_of_danger(reading: CrisisReading, taxonomy: Taxonomy) -> tuple[str, ...]:
    need = taxonomy.crisis_needs.get(reading.topic or "") if reading.level == "danger" else None
    return (need,) if need else ()


def _without(text: str, mentions: tuple[PlaceMention, ...]) -> str:
    """The question without the places that it names: they pull towards whatever stands there."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        text = text[: mention.start] + text[mention.end :]
    kept = " ".join(text.split())
    return kept if any(sign.isalpha() for sign in kept) else text


def _is_next_step(record: Record, directory: Directory, place: str | None) -> bool:
    """The place's own office; where no place is known, what is for the whole country."""
    if isinstance(record, Helpline) or place not in (None, COUNTRY):
        return serves(record, directory, place)
    return not record.statutory and COUNTRY in directory.organizations[record.organization_id].serves


def _likely_needs(asked: Understood, query: Query) -> tuple[str, ...]:
    if query.needs:
        return query.needs
    ordered = sorted(asked.needs.items(), key=lambda pair: -pair[1])
    return tuple(need for need, chance in ordered[:3] if chance >= _LEAST_NEED)


def _is_answerable(asked: Understood, hit: Hit) -> bool:
    """Somebody in distress, or whose need is nearly sure, is never told that nobody here helps."""
    if asked.crisis_level != "none" or max(asked.needs.values()) >= weights()["sure_at"]:
        return True
    return chance_of_an_answer(signs(asked, hit)) >= weights()["answer_at"]


def _place_matters(hits: list[Hit]) -> bool:
    """Whether most of the first answers are for one municipality only."""
    local = [hit for hit in hits[:3] if isinstance(hit.record, Service)]
    return len(local) >= 2
