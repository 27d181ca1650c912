"""`python -m webhook staff add|reset|list`: the first administrator, and a way in when nobody else has one.

No password is typed here, where it would stay in a shell's history: a link is printed that sets one, once.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import timedelta

from index.errors import NewerDatabase
from nlu.places import Gazetteer
from webhook.parts import now
from webhook.settings import SettingFault, Settings
from webhook.staff import ROLES, Account, Scope
from webhook.storage import accounts, attempts
from webhook.storage.accounts import AccountFault
from webhook.storage.database import OUT_OF_REACH, PATIENCE, Engine, OperationalError, open_storage
from webhook.storage.safe import Safe

_FAULTS = {
    "bad_name": "A name has 2 to 60 letters, digits, dots, hyphens, or is an e-mail address.",
    "name_taken": "There is an account of this name already; `staff reset` gives it a new link.",
    "unknown": "There is no account of this name.",
    "municipality": "There is no such municipality in Lithuania.",
}


def main(arguments: list[str]) -> int:
    """Do one of the three. Returns the exit status: 1 for a fault of account or database, 2 for one of the settings."""
    given = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        engine = open_storage(patience=PATIENCE).engine
        if given.does == "list":
            _print_all(engine)
            return 0
        account = _added(engine, given) if given.does == "add" else _reset(engine, given.name, settings)
        _print_link(engine, account, settings)
    except SettingFault as fault:
        print(fault, file=sys.stderr)
        return 2
    except AccountFault as fault:
        print(_FAULTS[fault.code], file=sys.stderr)
        return 1
    except (NewerDatabase, OperationalError) as fault:
        print(fault if isinstance(fault, NewerDatabase) else OUT_OF_REACH, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webhook staff", description=__doc__)
    does = parser.add_subparsers(dest="does", required=True)
    add = does.add_parser("add", help="a new account; prints a link for its password")
    add.add_argument("name")
    add.add_argument("--role", choices=ROLES, required=True)
    add.add_argument("--municipality", action="append", default=[], help="limit an editor to it; may be repeated")
    reset = does.add_parser("reset", help="unlock, forget the second factor, print a link for a new password")
    reset.add_argument("name")
    does.add_parser("list", help="all accounts")
    return parser


def _added(engine: Engine, given: argparse.Namespace) -> Account:
    gazetteer = Gazetteer.load()
    places = []
    for typed in given.municipality:
        found = gazetteer.resolve(typed)
        if found is None:
            raise AccountFault("municipality")
        places.append(found)
    return accounts.add(engine, given.name, given.role, Scope(tuple(places)), _actor(), now())


def _reset(engine: Engine, name: str, settings: Settings) -> Account:
    account = accounts.by_name(engine, name)
    if account is None:
        raise AccountFault("unknown")
    accounts.forget_password(engine, account.id, _actor())
    accounts.reset_second_factor(engine, account.id, _actor())
    attempts.forget(engine, Safe(settings.signing_key()).keyed_digest(account.name)[: attempts.HALF])
    return account


def _print_link(engine: Engine, account: Account, settings: Settings) -> None:
    until = now() + timedelta(hours=settings.staff_link_hours)
    token = accounts.make_link(engine, account.id, until, _actor())
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    print(f"{account.name} ({account.role}) chooses a password here, once, until {until:%Y-%m-%d %H:%M}:")
    print(f"{base}/staff/enrol/{token}")


def _print_all(engine: Engine) -> None:
    for entry in accounts.listed(engine):
        scope = entry.account.scope
        where = ", ".join((*scope.municipalities, *scope.organizations)) or "everything"
        state = "on" if entry.account.active else "off"
        print(
            f"{entry.account.name}\t{entry.account.role}\t{state}\t{where}\t{entry.signed_in_at or 'never signed in'}"
        )


def _actor() -> str:
    """Who sits at the machine, for the log."""
    return f"{getpass.getuser()} (command)"
