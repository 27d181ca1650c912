"""The search behind staff's console and integrators: the same index as the chat, without the conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, jsonify

from index.helplines import crisis_card
from index.hours import VILNIUS
from index.needs.taxonomy import read_taxonomy
from index.query import Query
from index.records import Language
from nlu.detection import detect
from nlu.silence import read_need
from webhook.api.doors import Door
from webhook.api.schemas import SearchAnswer, SearchRequest
from webhook.counting import count_search
from webhook.languages import DEFAULT, known_language
from webhook.messages import official_place, readable_text
from webhook.parts import now, parts
from webhook.refusals import Refusal

door = Door("search", __name__, url_prefix="/api/v1", description="The directory, by question")
_CHANNEL = "search"
# Far from the ends of the calendar, where adding a day fails.
_YEARS = range(2000, 2101)


@door.post("/search", SearchRequest, SearchAnswer)
def find(body: dict[str, Any]) -> Response:
    """Find services for a question. There is no GET variant, since queries are sensitive and addresses get logged."""
    text = readable_text(body["query"], "query")
    hint = known_language(body.get("language"))
    spoken = detect(text).language
    query = _query(body, text, hint or known_language(spoken) or DEFAULT)
    index = parts().index()
    result = index.search(query)
    place = query.municipality or result.municipality
    reading, silent = read_need(text, index.is_everyday)
    # Somebody who asks where another person hides gets no address and no name.
    hiding = reading.topic == "seeking_person"
    match = result.match and not hiding
    cards = result.cards if match else () if hiding else index.next_steps(query.language, place)
    crisis = crisis_card(index.directory, reading.level, reading.topic, query.language, now(), place, silent=silent)
    language = (hint or spoken) if spoken == "unknown" else spoken
    if not hiding:
        count_search(result, crisis, cards, language, _CHANNEL, again=query.offset > 0)
    return jsonify(
        query_language=language,
        match=match,
        crisis=crisis.as_json(),
        results=[card.as_json() for card in cards],
        total=result.total if match else 0,
        took_ms=result.took_ms,
    )


def _query(body: dict[str, Any], text: str, language: Language) -> Query:
    taxonomy = read_taxonomy()
    return Query(
        text=text,
        language=language,
        municipality=official_place(body.get("municipality")),
        category=_term(body.get("category"), taxonomy.categories, "category"),
        target_group=_term(body.get("target_group"), taxonomy.target_groups, "target_group"),
        open_at=read_moment(body.get("open_at")),
        limit=body["limit"],
        offset=body["offset"],
    )


def _term(term: str | None, known: Any, field: str) -> str | None:
    if term is not None and term not in known:
        raise Refusal(f"unknown_{field}", field)
    return term


def read_moment(text: str | None) -> datetime | None:
    """`now`, or an ISO time: local unless it says otherwise. Raises Refusal for anything else."""
    if text is None:
        return None
    if text == "now":
        return now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("bad_time", "open_at") from None
    if ":" not in text or moment.year not in _YEARS:
        raise Refusal("bad_time", "open_at")
    return moment.astimezone(VILNIUS) if moment.tzinfo else moment.replace(tzinfo=VILNIUS)
