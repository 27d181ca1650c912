"""Accounts of the console as they are kept. Whoever changes one is named, and the change is in the log with it."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from index.directory.database import Connection, Engine, writing
from webhook.staff import Account, Role, Scope
from webhook.storage import audit
from webhook.storage.safe import digest
from webhook.storage.tables import account, account_scope, recovery_code
from webhook.storage.times import stamp

_NAME = re.compile(r"[\w][\w.@-]{1,59}")
_MUNICIPALITY, _ORGANIZATION = "municipality", "organization"


class AccountFault(Exception):
    """An account cannot be made or changed so; `code` is the end of a key of the console's texts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against. `totp_secret` is encrypted; `generation` changes when sessions must end."""

    account: Account
    password_hash: str | None
    totp_secret: str | None
    generation: int


@dataclass(frozen=True)
class Listed:
    """An account as administrators see it; moments are UTC, ISO. `link_until`: an enrolment link is open."""

    account: Account
    has_password: bool
    has_second_factor: bool
    signed_in_at: str | None
    link_until: str | None


def folded(name: str) -> str:
    """A name as it is kept: people type theirs in capitals too."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add(engine: Engine, name: str, role: Role, scope: Scope, actor: str, at: datetime) -> Account:
    """A new account without a password. Raises AccountFault: `bad_name`, `name_taken`."""
    kept = folded(name)
    if not _NAME.fullmatch(kept):
        raise AccountFault("bad_name")
    with writing(engine) as connection:
        if connection.execute(select(account.c.id).where(account.c.name == kept)).first():
            raise AccountFault("name_taken")
        made = connection.execute(
            insert(account).values(
                name=kept, role=role, language="lt", shortcuts=True, active=True, generation=0, created_at=stamp(at)
            )
        )
        number = int(made.inserted_primary_key[0])
        _keep_scope(connection, number, scope)
        audit.write(connection, actor, "account_add", kept, _told(role, scope, active=True))
    return Account(number, kept, role, scope=scope)


def change(engine: Engine, number: int, role: Role, scope: Scope, active: bool, actor: str) -> None:
    """Give an account another role or scope, or switch it off or on; whoever used it is signed out.

    Raises AccountFault `last_admin` where nobody would be left who can administer.
    """
    with writing(engine) as connection:
        name = _name_of(connection, number)
        connection.execute(update(account).where(account.c.id == number).values(role=role, active=active))
        if not connection.execute(select(func.count()).where(account.c.role == "admin", account.c.active)).scalar():
            raise AccountFault("last_admin")
        connection.execute(delete(account_scope).where(account_scope.c.account_id == number))
        _keep_scope(connection, number, scope)
        _end_generation(connection, number)
        audit.write(connection, actor, "account_change", name, _told(role, scope, active))


def set_password(engine: Engine, number: int, password_hash: str, actor: str) -> None:
    """From now on this password; open links and sessions are over."""
    with writing(engine) as connection:
        _keep_password(connection, number, password_hash, actor)


def use_link(engine: Engine, token: str, password_hash: str, at: datetime) -> Account | None:
    """Set the password that somebody chose by a link. None where the link is over: of two at once, one is used."""
    with writing(engine) as connection:
        row = connection.execute(select(account).where(*_opened_by(token, at))).first()
        if row is None:
            return None
        _keep_password(connection, row.id, password_hash, row.name)
        return account_of(connection, row)


def renew_hash(engine: Engine, number: int, old: str, new: str) -> None:
    """The same password, hashed with today's parameters; not where it was changed meanwhile."""
    same = (account.c.id == number, account.c.password_hash == old)
    with writing(engine) as connection:
        connection.execute(update(account).where(*same).values(password_hash=new))


def choose(engine: Engine, number: int, **own: Any) -> None:
    """What people set for themselves: `language`, `shortcuts`."""
    with writing(engine) as connection:
        connection.execute(update(account).where(account.c.id == number).values(**own))


def make_link(engine: Engine, number: int, until: datetime, actor: str) -> str:
    """The token of a link that sets a password once; an earlier link stops working, the password does not."""
    token = secrets.token_urlsafe(24)
    with writing(engine) as connection:
        connection.execute(
            update(account)
            .where(account.c.id == number)
            .values(enrolment_hash=digest(token), enrolment_until=stamp(until))
        )
        audit.write(connection, actor, "account_link", _name_of(connection, number))
    return token


def of_link(engine: Engine, token: str, at: datetime) -> Account | None:
    """Whose link it is; None when it was used, replaced, or is too old."""
    return _one(engine, *_opened_by(token, at))


def keep_second_factor(engine: Engine, number: int, locked_secret: str, step: int, codes: Iterable[str]) -> None:
    """The secret, encrypted; the time step of the code that proved it; recovery codes, which are kept as digests."""
    with writing(engine) as connection:
        connection.execute(
            update(account).where(account.c.id == number).values(totp_secret=locked_secret, totp_step=step)
        )
        connection.execute(delete(recovery_code).where(recovery_code.c.account_id == number))
        rows = [{"account_id": number, "code_hash": digest(f"{number}:{code}")} for code in codes]
        connection.execute(insert(recovery_code), rows)
        name = _name_of(connection, number)
        audit.write(connection, name, "account_second_factor", name)


def reset_second_factor(engine: Engine, number: int, actor: str) -> None:
    """The next sign-in enrols anew; whoever used the account is signed out."""
    with writing(engine) as connection:
        connection.execute(update(account).where(account.c.id == number).values(totp_secret=None, totp_step=None))
        connection.execute(delete(recovery_code).where(recovery_code.c.account_id == number))
        _end_generation(connection, number)
        audit.write(connection, actor, "account_second_factor_reset", _name_of(connection, number))


def forget_password(engine: Engine, number: int, actor: str) -> None:
    """Only a link opens the account from now on: its password may be what somebody else has learned."""
    with writing(engine) as connection:
        connection.execute(update(account).where(account.c.id == number).values(password_hash=None))
        _end_generation(connection, number)
        audit.write(connection, actor, "account_password_forgotten", _name_of(connection, number))


def use_step(engine: Engine, number: int, step: int) -> bool:
    """Whether a code of this time step, or of a later one, is used for the first time."""
    is_new = account.c.totp_step.is_(None) | (account.c.totp_step < step)
    with writing(engine) as connection:
        done = connection.execute(update(account).where(account.c.id == number, is_new).values(totp_step=step))
        return bool(done.rowcount)


def use_recovery_code(engine: Engine, number: int, code: str, at: datetime) -> bool:
    """Whether it is one of the account's codes, used for the first time."""
    wanted = (recovery_code.c.account_id == number, recovery_code.c.code_hash == digest(f"{number}:{code}"))
    with writing(engine) as connection:
        unused = recovery_code.c.used_at.is_(None)
        return bool(connection.execute(update(recovery_code).where(*wanted, unused).values(used_at=stamp(at))).rowcount)


def recovery_codes_left(engine: Engine, number: int) -> int:
    with engine.connect() as connection:
        unused = (recovery_code.c.account_id == number, recovery_code.c.used_at.is_(None))
        return int(connection.execute(select(func.count(recovery_code.c.id)).where(*unused)).scalar() or 0)


def credentials(engine: Engine, name: str) -> Credentials | None:
    """Of an active account by name; None when there is none."""
    return _credentials(engine, account.c.name == folded(name))


def credentials_by_id(engine: Engine, number: int) -> Credentials | None:
    """Of an active account; None when there is none."""
    return _credentials(engine, account.c.id == number)


def by_name(engine: Engine, name: str) -> Account | None:
    return _one(engine, account.c.name == folded(name))


def listed(engine: Engine) -> tuple[Listed, ...]:
    """All accounts, by name."""
    with engine.connect() as connection:
        rows = connection.execute(select(account).order_by(account.c.name)).all()
        return tuple(
            Listed(
                account_of(connection, row), bool(row.password_hash), bool(row.totp_secret), row.signed_in_at,
                row.enrolment_until,
            )
            for row in rows
        )  # fmt: skip


def account_of(connection: Connection, row: Any) -> Account:
    """The account of a row of its table."""
    kept = connection.execute(
        select(account_scope.c.kind, account_scope.c.value)
        .where(account_scope.c.account_id == row.id)
        .order_by(account_scope.c.id)
    ).all()
    scope = Scope(
        tuple(part.value for part in kept if part.kind == _MUNICIPALITY),
        tuple(part.value for part in kept if part.kind == _ORGANIZATION),
    )
    return Account(row.id, row.name, row.role, row.language, scope, row.shortcuts, row.active)


def _opened_by(token: str, at: datetime) -> tuple[Any, ...]:
    return account.c.enrolment_hash == digest(token), account.c.enrolment_until > stamp(at), account.c.active


def _keep_password(connection: Connection, number: int, password_hash: str, actor: str) -> None:
    connection.execute(
        update(account)
        .where(account.c.id == number)
        .values(password_hash=password_hash, enrolment_hash=None, enrolment_until=None)
    )
    _end_generation(connection, number)
    audit.write(connection, actor, "account_password", _name_of(connection, number))


def _credentials(engine: Engine, condition: Any) -> Credentials | None:
    with engine.connect() as connection:
        row = connection.execute(select(account).where(condition, account.c.active)).first()
        if row is None:
            return None
        return Credentials(account_of(connection, row), row.password_hash, row.totp_secret, row.generation)


def _one(engine: Engine, *conditions: Any) -> Account | None:
    with engine.connect() as connection:
        row = connection.execute(select(account).where(*conditions)).first()
        return account_of(connection, row) if row else None


def _name_of(connection: Connection, number: int) -> str:
    name: str | None = connection.execute(select(account.c.name).where(account.c.id == number)).scalar()
    if name is None:
        raise AccountFault("unknown")
    return name


def _keep_scope(connection: Connection, number: int, scope: Scope) -> None:
    parts = [(_MUNICIPALITY, value) for value in scope.municipalities]
    parts += [(_ORGANIZATION, value) for value in scope.organizations]
    if parts:
        connection.execute(
            insert(account_scope), [{"account_id": number, "kind": kind, "value": value} for kind, value in parts]
        )


def _end_generation(connection: Connection, number: int) -> None:
    connection.execute(update(account).where(account.c.id == number).values(generation=account.c.generation + 1))


def _told(role: str, scope: Scope, active: bool) -> str:
    where = ", ".join((*scope.municipalities, *scope.organizations))
    return "; ".join(part for part in (role, where, "" if active else "off") if part)
