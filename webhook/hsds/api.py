"""The read API of Open Referral HSDS 3.0. Ids are accepted as UUIDs and as our own."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, Response, current_app
from flask.blueprints import BlueprintSetupState

from index.directory.hsds.packages import PROFILE, VERSION
from index.directory.hsds.terms import Entity, taxonomies, terms
from nlu.normalisation import fold
from webhook.hsds.answers import flat, given, listed
from webhook.hsds.asked import LIST, Asked, read_asked
from webhook.hsds.catalogue import Catalogue, Catalogues
from webhook.parts import parts
from webhook.refusals import Refusal

door = Blueprint("hsds", __name__, url_prefix="/hsds")
_OPENAPI = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/openapi.json"
_OF_SERVICES = ("taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full")
_NAME = "kelrodis_hsds"
Found = TypeVar("Found")


@door.record
def _keep_catalogues(state: BlueprintSetupState) -> None:
    """Each application looks things up in a catalogue of its own."""
    state.app.extensions[_NAME] = Catalogues()


@door.after_request
def _let_all_sites_read(response: Response) -> Response:
    """Public data without cookies, and its errors."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _catalogue() -> Catalogue:
    found: Catalogues = current_app.extensions[_NAME]
    return found.newest(parts())


@door.get("/")
def root() -> Response:
    """Which version of the standard this is."""
    read_asked()
    return given({"version": VERSION, "profile": PROFILE, "openapi_url": _OPENAPI})


@door.get("/services")
def services() -> Response:
    """Services that residents are shown, help lines among them."""
    asked, catalogue = read_asked(*LIST, *_OF_SERVICES, "minimal"), _catalogue()
    return listed(asked, catalogue.service_ids(asked), lambda key: _listed_service(catalogue, asked, key))


@door.get("/services/<path:identity>")
def service(identity: str) -> Response:
    """One service with everything."""
    read_asked()
    catalogue = _catalogue()
    return given(catalogue.compiled.service(_known(catalogue.own_id("service", identity))))


@door.get("/organizations")
def organizations() -> Response:
    asked, catalogue = read_asked(*LIST, "full", "full_service"), _catalogue()
    return listed(asked, catalogue.organization_ids(asked), lambda key: _listed_organization(catalogue, asked, key))


@door.get("/organizations/<path:identity>")
def organization(identity: str) -> Response:
    """One organization with its services: their ids and names, or everything with `full_service`."""
    asked, catalogue = read_asked("full_service"), _catalogue()
    return given(_organization(catalogue, asked, _known(catalogue.own_id("organization", identity))))


@door.get("/service_at_locations")
def service_at_locations() -> Response:
    asked, catalogue = read_asked(*LIST, *_OF_SERVICES), _catalogue()
    wanted = set(catalogue.service_ids(asked))
    found = [key for key in catalogue.compiled.place_ids.values() if key in wanted]
    whole = (lambda entity: entity) if asked.full else flat
    return listed(asked, found, lambda key: whole(_at_location(catalogue, key)))


@door.get("/service_at_locations/<path:identity>")
def service_at_location(identity: str) -> Response:
    """A service at its location, also by the id of the service."""
    read_asked()
    catalogue = _catalogue()
    places = catalogue.compiled.place_ids
    key = places.get(identity.lower()) or catalogue.own_id("service", identity)
    return given(_at_location(catalogue, _known(key if key in places.values() else None)))


@door.get("/taxonomies")
def all_taxonomies() -> Response:
    asked = read_asked(*LIST)
    return listed(asked, [found for found in taxonomies().values() if _says(found, asked.search)], dict)


@door.get("/taxonomies/<path:identity>")
def taxonomy(identity: str) -> Response:
    """A taxonomy, also by its code."""
    read_asked()
    by_id = {found["id"]: found for found in taxonomies().values()}
    return given(_known(by_id.get(identity.lower()) or taxonomies().get(identity)))


@door.get("/taxonomy_terms")
def taxonomy_terms() -> Response:
    """Terms; `top_only` leaves out those that stand under another."""
    asked = read_asked(*LIST, "taxonomy_id", "parent_id", "top_only")
    found = [
        term
        for term in terms().values()
        if _says(term, asked.search)
        and (not asked.taxonomy_id or term["taxonomy_id"] == asked.taxonomy_id.lower())
        and (not asked.parent_id or term.get("parent_id") == asked.parent_id.lower())
        and not (asked.top_only and "parent_id" in term)
    ]
    return listed(asked, found, dict)


@door.get("/taxonomy_terms/<path:identity>")
def taxonomy_term(identity: str) -> Response:
    read_asked()
    return given(_known(next((term for term in terms().values() if term["id"] == identity.lower()), None)))


def _listed_service(catalogue: Catalogue, asked: Asked, key: str) -> Entity:
    if asked.minimal:
        return catalogue.short_service(key)
    found = catalogue.compiled.service(key)
    return found if asked.full else flat(found)


def _listed_organization(catalogue: Catalogue, asked: Asked, key: str) -> Entity:
    if asked.full or asked.full_service:
        return _organization(catalogue, asked, key)
    return flat(catalogue.compiled.organization(key))


def _organization(catalogue: Catalogue, asked: Asked, key: str) -> Entity:
    found = catalogue.compiled.organization(key)
    if asked.full_service or "services" not in found:
        return found
    return {**found, "services": [flat(service) for service in found["services"]]}


def _at_location(catalogue: Catalogue, key: str) -> Entity:
    """The standard's description names the service's schema for this answer, so its name and status stand there too."""
    whole = catalogue.compiled.service(key)
    link = whole.pop("service_at_locations")[0]
    return {**link, "name": whole["name"], "status": whole["status"], "service": whole}


def _says(entity: Entity, search: str) -> bool:
    told = fold(f"{entity.get('code', '')} {entity['name']} {entity['description']}")
    return all(word in told for word in fold(search).split())


def _known(found: Found | None) -> Found:
    """Raises Refusal for what there is not."""
    if found is None:
        raise Refusal("not_found")
    return found
