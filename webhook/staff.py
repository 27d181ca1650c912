"""Who works in the console: accounts, their roles, and what part of the directory each may edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from index.records import Directory, Language

Role = Literal["viewer", "editor", "admin"]
# From the least to the most that one may do.
ROLES: tuple[Role, ...] = ("viewer", "editor", "admin")


class RecordKey(Protocol):
    """What `index.directory.editing.Key` is to us."""

    @property
    def kind(self) -> str: ...

    @property
    def id(self) -> str: ...


@dataclass(frozen=True)
class Scope:
    """The part of the directory that an editor may change: official municipalities, ids of organizations."""

    municipalities: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not (self.municipalities or self.organizations)

    def holds(self, directory: Directory, key: RecordKey) -> bool:
        """Whether a record lies in it. Help lines belong to the whole country."""
        if self.is_everything:
            return True
        owner = key.id
        if key.kind == "service":
            service = directory.services.get(key.id)
            # A service that is being made is not there yet; its id begins with the organization's.
            owner = service.organization_id if service else key.id.partition(".")[0]
        organization = directory.organizations.get(owner)
        if key.kind == "helpline" or organization is None:
            return False
        return owner in self.organizations or organization.municipality in self.municipalities


@dataclass(frozen=True)
class Account:
    """Somebody who signs in. `language` is the console's for this person; `shortcuts`: single keys do something."""

    id: int
    name: str
    role: Role
    language: Language = "lt"
    scope: Scope = field(default_factory=Scope)
    shortcuts: bool = True
    active: bool = True

    def is_at_least(self, role: Role) -> bool:
        """Whether the account may do what the role may."""
        return ROLES.index(self.role) >= ROLES.index(role)

    @property
    def needs_second_factor(self) -> bool:
        """Whoever can change what residents are shown signs in with a code as well."""
        return self.is_at_least("editor")


def may_edit(account: Account, directory: Directory, key: RecordKey) -> bool:
    """Whether the account may change a record: its role and its scope both allow it."""
    return account.is_at_least("editor") and account.scope.holds(directory, key)


def known_role(text: str | None) -> Role | None:
    """The text as a role, or None."""
    return next((role for role in ROLES if role == text), None)


def scope_of(content: Mapping[str, list[str]]) -> Scope:
    """The scope as it is stored: lists under `municipalities` and `organizations`."""
    return Scope(tuple(content.get("municipalities", ())), tuple(content.get("organizations", ())))
