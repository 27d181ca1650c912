"""`python -m webhook channels`: which messaging platforms are on, and telling them where we are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from webhook.connectors.channels import configured
from webhook.connectors.protocol import Call, Connector, SettingUp, TryAgain, Undeliverable
from webhook.settings import SettingFault, Settings

_WRONG, _WRONG_SETTING = 1, 2


@runtime_checkable
class _Telling(Protocol):
    """A connector whose platform can be asked how it gets on with us."""

    def state(self) -> Mapping[str, object]:
        """What the platform says, by name. Raises TryAgain or Undeliverable."""


class _Fault(Exception):
    """What stands in the way; the message says it."""


def main(arguments: list[str]) -> int:
    """List, set up, or ask for the state. Returns the exit status: 1 where the platform refuses, 2 for a setting."""
    given = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        connectors = configured(settings)
        if given.does is None:
            _print_all(connectors, settings)
        elif given.does == "set-up":
            _set_up(_chosen(connectors, given.channel, settings), given.address or settings.public_url)
        else:
            _print_state(_chosen(connectors, given.channel, settings))
    except SettingFault as fault:
        print(fault, file=sys.stderr)
        return _WRONG_SETTING
    except _Fault as fault:
        print(fault, file=sys.stderr)
        return _WRONG
    except TryAgain as fault:
        wait = f"; it asks to wait {fault.after:.0f} seconds" if fault.after else ""
        print(f"The platform did not take it now ({fault.reason}{wait}). Try again.", file=sys.stderr)
        return _WRONG
    except Undeliverable as fault:
        print(f"The platform refused ({fault.reason}). Look at its token and at the address.", file=sys.stderr)
        return _WRONG
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webhook channels", description=__doc__)
    does = parser.add_subparsers(dest="does", help="without one of these: list the channels that are on")
    set_up = does.add_parser("set-up", help="tell a platform our address, with menu and description where it has them")
    set_up.add_argument("channel")
    set_up.add_argument("--address", help="where people reach us (https://…); else KELRODIS_PUBLIC_URL")
    state = does.add_parser("state", help="what a platform says of us: what waits there, its last error")
    state.add_argument("channel")
    return parser


def _print_all(connectors: Mapping[str, Connector], settings: Settings) -> None:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    for name in connectors:
        print(f"{name}\t{_address(base, name)}")
    if not connectors:
        print("No channel is on: none has its secrets in the environment.")


def _set_up(connector: Connector, base: str | None) -> None:
    if not base or urlsplit(base).scheme != "https" or not urlsplit(base).hostname:
        raise _Fault("Platforms write to https:// addresses only: give --address or KELRODIS_PUBLIC_URL.")
    address = _address(base, connector.name)
    calls = tuple(connector.set_up(address)) if isinstance(connector, SettingUp) else ()
    if not calls:
        raise _Fault(f"{connector.name} is not told by a request: enter {address} on the platform's own page.")
    for call in calls:
        connector.send(call)
        print(f"{_step(call)}: done")


def _print_state(connector: Connector) -> None:
    if not isinstance(connector, _Telling):
        raise _Fault(f"{connector.name} says nothing of its state.")
    for name, value in connector.state().items():
        print(f"{name}\t{value}")


def _chosen(connectors: Mapping[str, Connector], name: str, settings: Settings) -> Connector:
    if name in connectors:
        return connectors[name]
    own = [field for field in fields(Settings) if field.name.startswith(f"{name}_")]
    absent = ", ".join(field.metadata["variable"] for field in own if getattr(settings, field.name) is None)
    raise _Fault(f"{name} is not on: set {absent}." if absent else f"There is no channel called {name}.")


def _address(base: str, name: str) -> str:
    return f"{base.rstrip('/')}/channels/{name}"


def _step(call: Call) -> str:
    """The method's name: nothing else of its address, where a token may stand."""
    return urlsplit(call.url).path.rpartition("/")[2]
