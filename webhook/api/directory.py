"""The directory by id and as lists: services, organizations, municipalities, categories, help lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, jsonify

from index.cards import ServiceCard as Card
from index.helplines import helpline_cards
from index.needs.taxonomy import Term, read_taxonomy
from index.records import said
from webhook.api import schemas
from webhook.api.doors import Door
from webhook.languages import caller_language
from webhook.parts import now, parts
from webhook.refusals import Refusal

door = Door("directory", __name__, url_prefix="/api/v1", description="The directory, by id and as lists")
_SHARED = (
    "organization_id", "organization", "organization_lt", "municipality", "serves", "address", "map_url", "phones",
    "email", "website", "hours_text", "open_now", "hours_change_at", "spoken_languages", "verified_on", "source_date",
    "source_url",
)  # fmt: skip
# What stands here changes with the directory and with the hour; browsers may keep it for a minute.
_KEPT = "public, max-age=60"


@door.get("/services/<service_id>", schemas.LanguageQuery, schemas.ServiceCard)
def service(_: dict[str, Any], service_id: str) -> Response:
    """One service; ids of help lines work too."""
    return _lasting(_card(service_id).as_json())


@door.get("/organizations/<organization_id>", schemas.LanguageQuery, schemas.OrganizationAnswer)
def organization(_: dict[str, Any], organization_id: str) -> Response:
    """One institution with the services that it gives."""
    directory = parts().directory()
    found = [
        card.as_json()
        for record in directory.shown_services()
        if record.organization_id == organization_id and (card := parts().index().card(record.id, caller_language()))
    ]
    if not found:  # a help line stands for itself
        card = _card(organization_id)
        found = [card.as_json()] if card.organization_id == organization_id else []
    if not found:
        raise Refusal("not_found")
    return _lasting({**{name: found[0][name] for name in _SHARED}, "services": found})


@door.get("/municipalities", schemas.LanguageQuery, schemas.Municipalities)
def municipalities(_: dict[str, Any]) -> Response:
    """The sixty municipalities; `municipality` is the official name."""
    language = caller_language()
    listed = [
        {
            "id": place.id,
            "municipality": place.official,
            "name": said(place.name, language).text,
            "short": said(place.short, language).text,
            "seat": place.seat,
            "county": place.county,
        }
        for place in parts().directory().municipalities.values()
    ]
    return _lasting({"municipalities": listed})


@door.get("/categories", schemas.LanguageQuery, schemas.Categories)
def categories(_: dict[str, Any]) -> Response:
    """The words that filter a search."""
    taxonomy = read_taxonomy()
    return _lasting(
        {
            "categories": _named(taxonomy.categories.values()),
            "target_groups": _named(taxonomy.target_groups.values()),
        }
    )


@door.get("/helplines", schemas.LanguageQuery, schemas.Helplines)
def helplines(_: dict[str, Any]) -> Response:
    """Every help line, the emergency number first."""
    lines = helpline_cards(parts().directory(), caller_language(), now())
    return _lasting({"helplines": [line.as_json() for line in lines]})


def _card(service_id: str) -> Card:
    """Raises Refusal when it is unknown, or not shown to residents."""
    card = parts().index().card(service_id, caller_language())
    if card is None:
        raise Refusal("not_found")
    return card


def _named(terms: Iterable[Term]) -> list[dict[str, str]]:
    language = caller_language()
    return [{"id": term.id, "name": said(term.name, language).text} for term in terms]


def _lasting(body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.headers["Cache-Control"] = _KEPT
    response.vary.add("Accept-Language")
    return response
