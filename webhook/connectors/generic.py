"""The generic signed webhook: for whoever has a chat of their own and no platform that we know.

Both ways are signed alike: hexadecimal HMAC-SHA256 of timestamp, a point and the body. See docs/integrating.md.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from index.records import LANGUAGES
from webhook.connectors.calls import make_call
from webhook.connectors.protocol import Call, Inbound, Limits, Piece, Request
from webhook.connectors.signatures import check_stamped, sign, stamped
from webhook.messages import official_place, readable_text
from webhook.refusals import Refusal
from webhook.settings import SettingFault, Settings

Value = TypeVar("Value")
TIMESTAMP, SIGNATURE = "X-Kelrodis-Timestamp", "X-Kelrodis-Signature"
_LONGEST_ID, _LONGEST_TEXT, _LONGEST_PLACE = 128, 4096, 100
_YEAR_2100 = 4_102_444_800
# A field's name is told back only when it looks like one, since it too comes from the caller.
_FIELD_NAME = re.compile(r"[a-z][a-z_]{0,31}")
# What a message may be; each holds exactly one of them.
_KINDS = ("text", "location", "voice", "attachment")
_KNOWN = frozenset({"message_id", "conversation", "language", "municipality", "sent_at", *_KINDS})


def connector(settings: Settings) -> Generic | None:
    """The connector; None without its secret. Raises SettingFault for an address that nothing can be sent to."""
    url = settings.generic_url
    if url and not url.startswith(("https://", "http://")):
        raise SettingFault("KELRODIS_GENERIC_URL must begin with https:// or http://")
    return Generic(settings.generic_secret, url) if settings.generic_secret else None


@dataclass(frozen=True)
class Generic:
    """A signed webhook in, and signed answers to `url`; without `url` they are in the response to each message."""

    secret: str = field(repr=False)
    url: str | None = None

    name = "generic"
    limits = Limits(text=4096, with_choices=4096, with_links=4096, choices=10, title=40, links=5)

    @property
    def answers_at_once(self) -> bool:
        """Whether the answer to a message goes into the response, by `answer_now`, and not through the outbox."""
        return self.url is None

    def verify(self, request: Request) -> None:
        """The signature, and that it is less than five minutes old."""
        given, stamp = request.headers.get(SIGNATURE), request.headers.get(TIMESTAMP)
        check_stamped(self.secret, stamp, request.body, given, request.arrived)

    def parse(self, content: Any, request: Request) -> Iterable[Inbound]:
        """The one message. Raises Refusal, in the contract's words, for whatever is not as agreed."""
        said = _fields(content)
        inbound = Inbound(
            message_id=_needed(said, "message_id", _id),
            recipient=_needed(said, "conversation", _id),
            sent_at=_given(said, "sent_at", _seconds),
            language=_given(said, "language", _language),
            municipality=_given(said, "municipality", _municipality),
            **_said(said),
        )
        return (inbound,)

    def render(self, recipient: str, piece: Piece, delivery: str) -> Call:
        """An answer of its own for each piece; it is signed when it is sent, however long it has waited."""
        return Call(url=self.url or "", body=_message(recipient, piece, delivery))

    def send(self, call: Call) -> str | None:
        """Any 2xx acknowledges."""
        body = json.dumps(call.body, ensure_ascii=False).encode()
        stamp = str(int(time.time()))
        headers = {TIMESTAMP: stamp, SIGNATURE: sign(self.secret, stamped(stamp, body))}
        make_call(replace(call, signed=body, headers=headers))
        return None

    def answer_now(self, recipient: str, pieces: Iterable[Piece], delivery: str) -> Mapping[str, Any]:
        """What the response holds where there is no `url`: the messages that would have been sent there."""
        numbered = enumerate(pieces)
        return {"messages": [_message(recipient, piece, f"{delivery}-{number}") for number, piece in numbered]}


def _message(recipient: str, piece: Piece, delivery: str) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "conversation": recipient,
        "language": piece.language,
        "text": piece.text,
        "choices": [{"title": choice.title, "payload": choice.payload} for choice in piece.choices],
        "links": [{"title": link.title, "url": link.url} for link in piece.links],
        "urgent": piece.loud,
    }


def _fields(content: Any) -> dict[str, Any]:
    """What a message says; null is as good as nothing."""
    if not isinstance(content, dict):
        raise Refusal("not_an_object")
    for name in content:
        if name not in _KNOWN:
            raise Refusal("unknown_field", name if _FIELD_NAME.fullmatch(name) else None)
    return {name: value for name, value in content.items() if value is not None}


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Kind, and text or position, of an Inbound."""
    kinds = [name for name in _KINDS if name in fields]
    if not kinds:
        raise Refusal("missing_field", _KINDS[0])
    if len(kinds) > 1:
        raise Refusal("bad_value", kinds[1])
    kind = kinds[0]
    if kind == "text":
        return {"kind": kind, "text": readable_text(_string(fields[kind], kind, _LONGEST_TEXT), kind)}
    if kind == "location":
        return {"kind": kind, "position": _position(fields[kind])}
    if fields[kind] is not True:
        raise Refusal("bad_value" if fields[kind] is False else "wrong_type", kind)
    return {"kind": kind}


def _position(place: Any) -> tuple[float, float]:
    if not isinstance(place, dict):
        raise Refusal("wrong_type", "location")
    if place.keys() - {"latitude", "longitude"}:
        raise Refusal("unknown_field", "location")
    return _needed(place, "latitude", _degrees_of(90)), _needed(place, "longitude", _degrees_of(180))


def _needed(fields: Mapping[str, Any], name: str, read: Callable[[Any, str], Value]) -> Value:
    if fields.get(name) is None:
        raise Refusal("missing_field", name)
    return read(fields[name], name)


def _given(fields: Mapping[str, Any], name: str, read: Callable[[Any, str], Value]) -> Value | None:
    return read(fields[name], name) if name in fields else None


def _string(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str):
        raise Refusal("wrong_type", name)
    if not 1 <= len(value) <= longest:
        raise Refusal("bad_length", name)
    return value


def _number(value: Any, name: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal("wrong_type", name)
    if not least <= value <= most:
        raise Refusal("bad_value", name)
    return float(value)


def _id(value: Any, name: str) -> str:
    """Any characters that can be shown: others can neither be encrypted nor kept by every database."""
    identity = _string(value, name, _LONGEST_ID)
    if not identity.isprintable():
        raise Refusal("bad_value", name)
    return identity


def _language(value: Any, name: str) -> str:
    if _string(value, name, _LONGEST_PLACE) not in LANGUAGES:
        raise Refusal("bad_value", name)
    return str(value)


def _municipality(value: Any, name: str) -> str | None:
    return official_place(_string(value, name, _LONGEST_PLACE))


def _seconds(value: Any, name: str) -> float:
    return _number(value, name, 0, _YEAR_2100)


def _degrees_of(most: int) -> Callable[[Any, str], float]:
    return lambda value, name: _number(value, name, -most, most)
