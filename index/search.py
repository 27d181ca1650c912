"""The one search behind every door: understands the question, ranks records, makes cards."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from datetime import datetime

from index import ranking
from index.building import ELSEWHERE, Build, current_name, open_build
from index.cards import ServiceCard
from index.directory.database import Engine, open_database
from index.directory.storing import read_directory, read_revision
from index.documents import institution_names, searchable_words
from index.hours import VILNIUS, state_at
from index.lexicon import Lexicon, Names
from index.needs.taxonomy import Taxonomy, read_taxonomy
from index.presenting import CardMaker
from index.query import Query, SearchResult
from index.ranking import Hit, Understood, weights
from index.records import COUNTRY, Directory, Helpline, Service
from index.vectors import without_language
from nlu.crisis import read_crisis
from nlu.detection import detect
from nlu.encoder import Encoder, Vectors, open_encoder
from nlu.places import Gazetteer, PlaceMention

# Needs for which the law lets a person ask another municipality, and a bed is wanted tonight.
CRISIS_NEEDS = frozenset(
    {"sleep-tonight", "violence-home", "leave-with-children", "mother-and-baby", "child-without-parents"}
)
_RECHECK_SECONDS = 2.0
# What the conversation or a danger hints at is taken for as likely as this, where the words say less.
_SURE_NEED = 0.6
# Needs less likely than this are noise of the classifier.
_LEAST_NEED = 0.04


class ServiceIndex:
    """Searches the newest directory with the newest build; both are changed between questions."""

    def __init__(self, encoder: Encoder, engine: Engine) -> None:
        self._encoder, self._engine = encoder, engine
        self._gazetteer = Gazetteer.load()
        self._lock = threading.Lock()
        self._checked = 0.0
        self._shelf = _Shelf(read_directory(engine), open_build(encoder), read_revision(engine))

    @classmethod
    def open(cls) -> ServiceIndex:
        """With the configured encoder and database. Raises IndexMissing, ForeignEncoder, EncoderUnavailable."""
        return cls(open_encoder(), open_database())

    @property
    def directory(self) -> Directory:
        return self._fresh().directory

    @property
    def taxonomy(self) -> Taxonomy:
        return self._shelf.taxonomy

    def ready(self) -> bool:
        """Whether a question would be answered now."""
        return self._encoder.encode_question("?").shape[0] > 0 and len(self._shelf.build.vectors) > 0

    def search(self, query: Query) -> SearchResult:
        """The cards for a question, best first; see SearchResult."""
        begin = time.perf_counter()
        shelf = self._fresh()
        asked = self._understand(query, shelf)
        hits = self._ranked(query, asked, shelf)
        needs = _likely_needs(asked, query)
        answering = [hit for hit in hits if _answers(hit, asked, query)]
        match = bool(answering) and _is_our_business(asked, answering, query)
        maker = self._maker(shelf, query.language, query.open_at)
        if match:
            page = answering[query.offset : query.offset + query.limit]
            cards = tuple(maker.card(hit, needs) for hit in page)
        else:
            cards = ()
        took = (time.perf_counter() - begin) * 1000
        return SearchResult(
            match=match, cards=cards, total=len(answering) if match else 0, needs=needs,
            municipality=asked.municipality,
            place_matters=match and asked.municipality is None and _place_matters(answering), took_ms=round(took, 2),
            certainty=max(asked.needs.values(), default=0.0),
            elsewhere=not match and asked.elsewhere >= weights()["elsewhere_at"],
        )  # fmt: skip

    def card(self, service_id: str, language: str, needs: tuple[str, ...] = ()) -> ServiceCard | None:
        """One record's card, or None when it is unknown or not shown. `needs` say why it is shown, if known."""
        shelf = self._fresh()
        record = shelf.shown.get(service_id)
        if record is None:
            return None
        owner = record.organization_id if isinstance(record, Service) else record.id
        return self._maker(shelf, language, None).card(Hit(record, owner, 0.0), needs or record.needs[:1])

    def next_steps(self, language: str, municipality: str | None) -> tuple[ServiceCard, ...]:
        """Whom to ask when nothing answers: the municipality's department, else the national line for hardship."""
        shelf = self._fresh()
        place = municipality or os.environ.get("KELRODIS_HOME_MUNICIPALITY")
        maker = self._maker(shelf, language, None)
        hits = [
            Hit(record, record.organization_id if isinstance(record, Service) else record.id, 0.0)
            for record in shelf.shown.values()
            if "where-to-ask" in record.needs[:1] and _serves(record, place, shelf.directory, statutory=True)
        ]
        return tuple(maker.card(hit, fallback=True) for hit in hits[:2])

    def _maker(self, shelf: _Shelf, language: str, moment: datetime | None) -> CardMaker:
        return CardMaker(shelf.directory, shelf.taxonomy, language, moment or datetime.now(VILNIUS))

    def _fresh(self) -> _Shelf:
        """The shelf, read anew when a build was switched in or the directory has changed."""
        now = time.monotonic()
        if now - self._checked > _RECHECK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._checked = now
                revision = read_revision(self._engine)
                build = self._shelf.build
                if current_name() != build.name:
                    build = open_build(self._encoder)
                if build is not self._shelf.build or revision != self._shelf.revision:
                    self._shelf = _Shelf(read_directory(self._engine), build, revision)
            except Exception:  # noqa: BLE001  # a broken new build or directory: the old one keeps serving
                pass
            finally:
                self._lock.release()
        return self._shelf

    def _understand(self, query: Query, shelf: _Shelf) -> Understood:
        mentions = self._gazetteer.find(query.text)
        municipality = query.municipality or (mentions[0].municipality if mentions else None)
        if municipality is None:
            municipality = os.environ.get("KELRODIS_HOME_MUNICIPALITY") or None
        bare = _without(query.text, mentions)
        vector = self._encoder.encode_question(bare)
        chances = dict(
            zip(shelf.build.needs.labels, shelf.build.needs.probabilities(bare, vector).tolist(), strict=True)
        )
        elsewhere = chances.pop(ELSEWHERE, 0.0)
        hints = query.hints or _needs_of_danger(query.text, shelf.taxonomy)
        if hints and max(chances.values()) < _SURE_NEED:
            chances |= dict.fromkeys(hints, _SURE_NEED)
            elsewhere = 0.0
        if query.needs:
            chances, elsewhere = dict.fromkeys(query.needs, 1.0), 0.0
        means = shelf.build.question_means
        moved = without_language(vector[None, :], [detect(query.text).language], means)[0]
        return Understood(
            needs=chances,
            elsewhere=elsewhere,
            meaning=shelf.meaning(moved),
            words=shelf.words(bare),
            named=shelf.names.mentioned(query.text),
            municipality=municipality,
            centres=shelf.centres(municipality),
            danger=read_crisis(query.text).level == "danger",
        )

    def _ranked(self, query: Query, asked: Understood, shelf: _Shelf) -> list[Hit]:
        crisis = any(asked.needs.get(need, 0.0) > 0.25 for need in CRISIS_NEEDS)
        hits = []
        for record in shelf.shown.values():
            if not _is_wanted(record, query, shelf.directory):
                continue
            organization = (
                shelf.directory.organizations[record.organization_id] if isinstance(record, Service) else None
            )
            here = _serves(record, asked.municipality, shelf.directory)
            if not here and not (crisis and _takes_in_at_night(record)):
                named = asked.named.get(organization.id if organization else record.id, 0.0)
                if named < 1.0:
                    continue
            hit = ranking.score(record, organization, asked)
            if not here:
                hit = replace(hit, score=hit.score - _distance(organization, asked, shelf), elsewhere_in_crisis=True)
            hits.append(hit)
        return ranking.fold_institutions(hits, shelf.directory)


class _Shelf:
    """One state of the directory together with one build."""

    def __init__(self, directory: Directory, build: Build, revision: str) -> None:
        self.directory, self.build, self.revision = directory, build, revision
        self.taxonomy = read_taxonomy()
        self.shown: dict[str, Service | Helpline] = {s.id: s for s in directory.shown_services()}
        self.shown |= {line.id: line for line in directory.shown_helplines()}
        self.names = Names(institution_names(directory))
        self._lexicon = Lexicon(searchable_words(directory, self.taxonomy))

    def centres(self, municipality: str | None) -> frozenset[str]:
        """The social services centre of a place; of every place when none is known."""
        places = [self.directory.municipality(municipality)] if municipality else []
        return frozenset(place.centre for place in places if place and place.centre)

    def meaning(self, vector: Vectors) -> dict[str, float]:
        """The best passage's cosine for each record."""
        best: dict[str, float] = {}
        for passage, score in zip(self.build.passages, self.build.vectors.scores(vector).tolist(), strict=True):
            for target in passage.targets:
                if score > best.get(target, -1.0):
                    best[target] = score
        return best

    def words(self, text: str) -> dict[str, float]:
        """Each record's share of the best BM25 score."""
        scores = self._lexicon.scores(text)
        top = float(scores.max(initial=0.0))
        return dict(zip(self._lexicon.ids, (scores / top).tolist(), strict=True)) if top > 0 else {}


def _needs_of_danger(text: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    reading = read_crisis(text)
    need = taxonomy.crisis_needs.get(reading.topic or "") if reading.level == "danger" else None
    return (need,) if need else ()


def _without(text: str, mentions: tuple[PlaceMention, ...]) -> str:
    """The question without the places that it names: they pull towards whatever stands there."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        text = text[: mention.start] + text[mention.end :]
    kept = " ".join(text.split())
    return kept if any(sign.isalpha() for sign in kept) else text


def _is_wanted(record: Service | Helpline, query: Query, directory: Directory) -> bool:
    """The filters that the caller set."""
    if query.category and query.category not in (record.categories if isinstance(record, Service) else ()):
        return False
    if query.target_group and not {query.target_group, "everyone"}.intersection(record.target_groups):
        return False
    return query.open_at is None or _may_be_open(record, query.open_at, directory)


def _may_be_open(record: Service | Helpline, moment: datetime, directory: Directory) -> bool:
    if isinstance(record, Helpline):
        states = [state_at(way.schedule, moment).open_now for way in record.ways]
        return any(state is not False for state in states)
    hours = directory.organizations[record.organization_id].hours
    return state_at(hours.schedule if hours else None, moment).open_now is not False


def _serves(record: Service | Helpline, place: str | None, directory: Directory, statutory: bool = False) -> bool:
    """Whether somebody of this place may ask here. The law's promise needs a place to be somebody's."""
    if isinstance(record, Helpline):
        return (place in (None, COUNTRY) and COUNTRY in record.serves) or record.serves_place(place)
    organization = directory.organizations[record.organization_id]
    if place in (None, COUNTRY):
        return not record.statutory and (not statutory or COUNTRY in organization.serves)
    return place in organization.serves or COUNTRY in organization.serves or organization.municipality == place


def _takes_in_at_night(record: Service | Helpline) -> bool:
    return isinstance(record, Service) and record.night_intake


def _distance(organization: object, asked: Understood, shelf: _Shelf) -> float:
    """What a place in another municipality loses: less in the same county."""
    own = shelf.directory.municipality(asked.municipality or "")
    theirs = shelf.directory.municipality(getattr(organization, "municipality", ""))
    return 0.3 if own and theirs and own.county == theirs.county else 0.45


def _likely_needs(asked: Understood, query: Query) -> tuple[str, ...]:
    if query.needs:
        return query.needs
    ordered = sorted(asked.needs.items(), key=lambda pair: -pair[1])
    return tuple(need for need, chance in ordered[:3] if chance >= _LEAST_NEED)


def _answers(hit: Hit, asked: Understood, query: Query) -> bool:
    return (bool(query.needs) and bool(hit.reasons.get("need"))) or (
        not query.needs and hit.relevance >= weights()["answer_at"]
    )


def _is_our_business(asked: Understood, answering: list[Hit], query: Query) -> bool:
    """Questions of other offices find nothing, unless they name an institution of ours."""
    return bool(query.needs) or asked.elsewhere < weights()["elsewhere_at"] or answering[0].reasons.get("name", 0.0) > 0


def _place_matters(answering: list[Hit]) -> bool:
    """Whether most of the first answers are for one municipality only."""
    local = [hit for hit in answering[:3] if isinstance(hit.record, Service)]
    return len(local) >= 2
