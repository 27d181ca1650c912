"""Finds the caller's address behind proxies that are trusted, and believes nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from flask import request

from webhook.settings import SettingFault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDING = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
Address = IPv4Address | IPv6Address


class TrustedProxies:
    """WSGI middleware: takes X-Forwarded-For and -Proto from trusted proxies, from the nearest one outwards."""

    def __init__(self, app: WSGIApplication, networks: Iterable[str]) -> None:
        self._app = app
        try:
            self._networks = [ip_network(network, strict=False) for network in networks]
        except ValueError as fault:
            raise SettingFault("KELRODIS_TRUSTED_PROXIES must list addresses or networks") from fault

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._trusts(read_address(environ.get("REMOTE_ADDR", ""))):
            caller = self._caller(environ.get("HTTP_X_FORWARDED_FOR", ""))
            # Nobody who was forwarded is this machine, whatever a header claims.
            if caller and not caller.is_loopback:
                environ["REMOTE_ADDR"] = str(caller)
                for name in _FORWARDING:
                    environ.pop(name, None)
            if environ.get("HTTP_X_FORWARDED_PROTO") in ("http", "https"):
                environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"]
        return self._app(environ, start_response)

    def _caller(self, hops: str) -> Address | None:
        """The nearest hop that is not trusted; None where what stands there is no address."""
        for hop in reversed(hops.split(",")):
            address = read_address(hop.strip())
            if not self._trusts(address):
                return address
        return None

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def read_address(text: str) -> Address | None:
    """An IP address, IPv4 also where it is written as IPv6; None for anything else."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def caller_key() -> str:
    """What rate limits count by: the address, for IPv6 its /64, which is what one household has."""
    address = read_address(request.remote_addr or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


def is_this_machine() -> bool:
    """Whether the caller runs on this machine; not so when something forwarded the request."""
    address = read_address(request.remote_addr or "")
    forwarded = any(name in request.environ for name in _FORWARDING)
    return address is not None and address.is_loopback and not forwarded
