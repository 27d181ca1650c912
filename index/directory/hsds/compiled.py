"""The directory as compiled HSDS objects: what may leave, nested as the standard nests it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import TypeVar

from index.directory.hsds.attributes import Outlet, Sketch
from index.directory.hsds.changes import Changes
from index.directory.hsds.helplines import line_organization, line_service
from index.directory.hsds.organizations import organization_object
from index.directory.hsds.services import has_place, place_identity, service_object
from index.directory.hsds.terms import Entity
from index.directory.keys import Key
from index.directory.starter import NONE, read_starter
from index.records import Directory, Helpline, Municipality, Organization, Service, said


@cache
def _reference() -> Directory:
    """Municipalities and routes, which are the same everywhere; a database that began with an import has none."""
    return read_starter(scope=NONE)


_Kept = TypeVar("_Kept", Organization, Service, Helpline)


def _in_order(records: Iterable[_Kept]) -> list[_Kept]:
    return sorted(records, key=lambda record: record.id)


class Compiled:
    """A directory as others see it. `everything` also takes what is not shown to residents, with its status."""

    def __init__(
        self, directory: Directory, outlet: Outlet, everything: bool = False, changes: Changes | None = None
    ) -> None:
        self._directory, self._outlet = directory, outlet
        self._everything, self._changes = everything, changes or {}

    def services(self) -> Iterator[Entity]:
        """Every service with its organization nested, those of one organization together; help lines last."""
        for key in self.organization_ids:
            yield from self.services_of(key)

    def services_of(self, organization_id: str) -> Iterator[Entity]:
        """The services of an organization or help line."""
        owner = self._owner(organization_id)
        for service in self._bare_services(owner, organization_id):
            yield {**service, "organization": owner}

    def service(self, own_id: str) -> Entity:
        """One service. Raises KeyError where there is none that may leave."""
        organization_id = self.service_ids[own_id]
        owner = self._owner(organization_id)
        return {**self._bare_service(owner, self._service(own_id), organization_id), "organization": owner}

    def organization(self, own_id: str) -> Entity:
        """An organization with its services nested, which do not repeat it. Raises KeyError."""
        if own_id not in self.organization_ids:
            raise KeyError(own_id)
        owner = self._owner(own_id)
        services = list(self._bare_services(owner, own_id))
        return {**owner, "services": services} if services else dict(owner)

    @cached_property
    def organization_ids(self) -> Mapping[str, Organization | Helpline]:
        """What goes out as an organization, by our own id; the order is the same wherever the records stand."""
        directory = self._directory
        lines = directory.helplines.values() if self._everything else directory.shown_helplines()
        organizations = directory.organizations.values()
        shown = [record for record in organizations if self._everything or record.status == "active"]
        found: list[Organization | Helpline] = [*_in_order(shown), *_in_order(lines)]
        return {record.id: record for record in found}

    @cached_property
    def service_ids(self) -> Mapping[str, str]:
        """What goes out as a service, by our own id, and whose it is."""
        return {
            service.id: key
            for key, record in self.organization_ids.items()
            for service in ((record,) if isinstance(record, Helpline) else self._services.get(key, ()))
        }

    @cached_property
    def place_ids(self) -> Mapping[str, str]:
        """What goes out as a service at a location, by its UUID, and the own id of its service."""
        return {
            place_identity(service.id): service.id
            for key in self._services.keys() & self.organization_ids.keys()
            for owner in (self._owner(key),)
            for service in self._services[key]
            if has_place(service, owner)
        }

    @cached_property
    def _services(self) -> Mapping[str, list[Service]]:
        shown = self._directory.services.values() if self._everything else self._directory.shown_services()
        found: defaultdict[str, list[Service]] = defaultdict(list)
        for service in _in_order(shown):
            found[service.organization_id].append(service)
        return found

    def _owner(self, key: str) -> Sketch:
        record = self.organization_ids[key]
        if isinstance(record, Helpline):
            return line_organization(self._outlet, record)
        names = [said(service.name, "lt").text for service in self._services.get(key, ())]
        description = "; ".join(names) or said(record.name, "lt").text
        parent = record.parent if record.parent in self.organization_ids else None
        return organization_object(self._outlet, record, description, self._place(record), parent)

    def _bare_services(self, owner: Sketch, key: str) -> Iterator[Sketch]:
        """The services of an organization's object, without it."""
        record = self.organization_ids[key]
        for service in (record,) if isinstance(record, Helpline) else self._services.get(key, ()):
            yield self._bare_service(owner, service, key)

    def _bare_service(self, owner: Sketch, record: Service | Helpline, organization_id: str) -> Sketch:
        if isinstance(record, Helpline):
            return self._dated(line_service(owner, record), "helpline", record.id)
        organization = self._directory.organizations[organization_id]
        routes = self._directory.routes or _reference().routes
        route, place = routes.get(record.route), self._place(organization)
        return self._dated(service_object(owner, record, organization.serves, route, place), "service", record.id)

    def _service(self, own_id: str) -> Service | Helpline:
        return self._directory.services.get(own_id) or self._directory.helplines[own_id]

    def _dated(self, found: Sketch, kind: str, key: str) -> Sketch:
        changed = self._changes.get(Key(kind, key))
        if changed:
            found["last_modified"] = changed
        return found

    def _place(self, record: Organization) -> Municipality | None:
        if not self._directory.municipalities:
            return _reference().municipality(record.municipality)
        return self._directory.municipality(record.municipality)
