"""A stand-in for the WhatsApp Cloud API, with the limits that its documentation publishes.

Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages,
.../interactive-reply-buttons-messages, .../interactive-list-messages, .../interactive-cta-url-messages,
.../business-scoped-user-ids, .../webhooks/override.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from graph_platform import (
    Content,
    GraphPlatform,
    faults_of_address,
    faults_of_count,
    faults_of_fields,
    faults_of_text,
    faults_of_twins,
    moment,
)
from stand_in import Incoming

PHONE_ID, ACCOUNT = "106540352242922", "102290129340398"
_TEXT, _BODY, _LIST_BODY, _ADDRESS = 4096, 1024, 4096, 200
_BUTTONS, _BUTTON, _BUTTON_ID = 3, 20, 256
_ROWS, _ROW, _ROW_ID, _DESCRIPTION = 10, 24, 200, 72
# A person who does not show their number: a country, and up to 128 letters and digits.
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")


class WhatsappPlatform(GraphPlatform):
    name: ClassVar[str] = "whatsapp"

    @property
    def settings(self) -> Content:
        return super().settings | {"whatsapp_phone_id": PHONE_ID}

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        return self.event({"type": "text", "text": {"body": text}}, message_id, person, sent_at)

    def pressed(self, payload: str, *, message_id: str, person: str = "4242", title: str = "…") -> Incoming:
        """A row of a list."""
        reply = {"type": "list_reply", "list_reply": {"id": payload, "title": title}}
        return self.event({"type": "interactive", "interactive": reply}, message_id, person, None)

    def event(self, content: Content, message_id: str, person: str = "4242", at: float | None = None) -> Incoming:
        ours = {"from": person, "id": f"wamid.{message_id}", "timestamp": str(int(moment(at)))}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE_ID},
            "contacts": [{"profile": {"name": "Test"}, "wa_id": person}],
            "messages": [ours | content],
        }
        changes = [{"value": value, "field": "messages"}]
        return self.signed({"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": changes}]})

    def said(self, person: str = "4242") -> list[str]:
        return [_text(content) for content in self.sent() if person in (content.get("to"), content.get("recipient"))]

    def sent(self) -> list[Content]:
        """The whole messages to anybody."""
        return [request.content for request in self.taken if request.path.endswith(f"/{PHONE_ID}/messages")]

    def accepted(self, path: str) -> Content:
        if path == PHONE_ID:
            return {"success": True}
        messages = [{"id": f"wamid.{len(self.taken):05}"}]
        return {"messaging_product": "whatsapp", "contacts": [{"input": "4242"}], "messages": messages}

    def faults_of(self, path: str, content: Content) -> Iterator[str]:
        known = {PHONE_ID: _faults_of_override, f"{PHONE_ID}/messages": _faults_of_message}
        yield from known[path](content) if path in known else [f"{path}: no such endpoint"]


def _text(content: Content) -> str:
    text: str = content["text"]["body"] if content["type"] == "text" else content["interactive"]["body"]["text"]
    return text


def _faults_of_message(content: Content) -> Iterator[str]:
    kind = content.get("type")
    to = "recipient" if "recipient" in content else "to"
    yield from faults_of_fields("request", content, {"messaging_product", "recipient_type", "type", to, str(kind)})
    if content.get("messaging_product") != "whatsapp" or content.get("recipient_type") != "individual":
        yield "request: whatsapp, to an individual"
    if not (str(content.get(to)).isdecimal() if to == "to" else _USER_ID.fullmatch(str(content.get(to)))):
        yield f"{to}: a number in `to`, a user's id in `recipient`"
    if kind == "text":
        yield from faults_of_fields("text", content.get("text"), {"body", "preview_url"})
        yield from faults_of_text("body", content["text"].get("body"), _TEXT)
        if content["text"].get("preview_url") is not False:
            yield "preview_url: a preview would be shown"
    elif kind == "interactive":
        yield from _faults_of_interactive(content["interactive"])
    else:
        yield "type: text or interactive is wanted here"


def _faults_of_interactive(content: Content) -> Iterator[str]:
    yield from faults_of_fields("interactive", content, {"type", "body", "action"})
    yield from faults_of_fields("body", content.get("body"), {"text"})
    kinds = {"button": _faults_of_buttons, "list": _faults_of_list, "cta_url": _faults_of_link}
    kind = content.get("type", "")
    if kind not in kinds:
        yield f"interactive: {kind} is not wanted here"
        return
    yield from faults_of_text("text of the body", content["body"].get("text"), _LIST_BODY if kind == "list" else _BODY)
    yield from kinds[kind](content["action"])


def _faults_of_buttons(action: Content) -> Iterator[str]:
    yield from faults_of_fields("action", action, {"buttons"})
    yield from faults_of_count("buttons", action["buttons"], _BUTTONS)
    for button in action["buttons"]:
        yield from faults_of_fields("button", button, {"type", "reply"})
        yield from faults_of_fields("reply", button["reply"], {"id", "title"})
        yield from faults_of_text("title of a button", button["reply"]["title"], _BUTTON)
    replies = [button["reply"] for button in action["buttons"]]
    yield from faults_of_twins("titles of buttons", [reply["title"] for reply in replies])
    yield from _faults_of_ids([reply["id"] for reply in replies], _BUTTON_ID)


def _faults_of_list(action: Content) -> Iterator[str]:
    yield from faults_of_fields("action", action, {"button", "sections"})
    yield from faults_of_text("button of the list", action["button"], _BUTTON)
    yield from faults_of_count("sections", action["sections"], 10)
    rows = [row for section in action["sections"] for row in section["rows"]]
    yield from faults_of_count("rows", rows, _ROWS)
    if len(action["sections"]) > 1 and not all(section.get("title") for section in action["sections"]):
        yield "sections: several need titles"
    for row in rows:
        yield from faults_of_fields("row", row, {"id", "title"}, {"description"})
        yield from faults_of_text("title of a row", row["title"], _ROW)
        yield from faults_of_text("description of a row", row.get("description", "-"), _DESCRIPTION)
    yield from faults_of_twins("titles of rows", [row["title"] for row in rows])
    yield from _faults_of_ids([row["id"] for row in rows], _ROW_ID)


def _faults_of_ids(ids: list[Any], most: int) -> Iterator[str]:
    yield from faults_of_twins("ids", ids)
    for reply_id in ids:
        yield from faults_of_text("id", reply_id, most)
        if str(reply_id) != str(reply_id).strip():
            yield "id: no blanks around it"


def _faults_of_link(action: Content) -> Iterator[str]:
    yield from faults_of_fields("action", action, {"name", "parameters"})
    yield from faults_of_fields("parameters", action["parameters"], {"display_text", "url"})
    yield from faults_of_text("display_text", action["parameters"]["display_text"], _BUTTON)
    yield from faults_of_address("url", action["parameters"]["url"])


def _faults_of_override(content: Content) -> Iterator[str]:
    yield from faults_of_fields("number", content, {"webhook_configuration"})
    override = content["webhook_configuration"]
    yield from faults_of_fields("override", override, {"override_callback_uri", "verify_token"})
    yield from faults_of_text("override_callback_uri", override.get("override_callback_uri"), _ADDRESS)
    if not str(override.get("override_callback_uri")).startswith("https://"):
        yield "override_callback_uri: https"
