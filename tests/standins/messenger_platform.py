"""A stand-in for the Messenger Platform, with the limits that its documentation publishes.

Sources: https://developers.facebook.com/docs/messenger-platform/reference/send-api, .../send-messages/quick-replies,
.../reference/templates/button, .../reference/messenger-profile-api (greeting, get-started-button, persistent-menu).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph_platform import (
    Content,
    GraphPlatform,
    faults_of_address,
    faults_of_count,
    faults_of_fields,
    faults_of_text,
    moment,
)
from stand_in import Incoming

PAGE = "106000000000001"
_TEXT, _TEMPLATE_TEXT, _TITLE, _PAYLOAD, _GREETING, _MENU_TITLE = 2000, 640, 20, 1000, 160, 30
_QUICK_REPLIES, _BUTTONS, _MENU = 13, 3, 20
_PUSHES = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
# Events that a page can subscribe to, as far as they concern a bot.
_SUBSCRIBED = {"messages", "messaging_postbacks"}


class MessengerPlatform(GraphPlatform):
    name = "messenger"

    def message(self, text: str, *, message_id: str, person: str = "4242", sent_at: float | None = None) -> Incoming:
        return self.event({"message": {"mid": f"m_{message_id}", "text": text}}, person=person, sent_at=sent_at)

    def pressed(self, payload: str, *, message_id: str, person: str = "4242", title: str = "…") -> Incoming:
        """A quick reply: its title is posted as the person's text."""
        quick_reply = {"mid": f"m_{message_id}", "text": title, "quick_reply": {"payload": payload}}
        return self.event({"message": quick_reply}, person=person)

    def event(self, content: Content, *, person: str = "4242", sent_at: float | None = None) -> Incoming:
        milliseconds = int(moment(sent_at) * 1000)
        event = {"sender": {"id": person}, "recipient": {"id": PAGE}, "timestamp": milliseconds} | content
        return self.signed({"object": "page", "entry": [{"id": PAGE, "time": milliseconds, "messaging": [event]}]})

    def said(self, person: str = "4242") -> list[str]:
        return [_text(content["message"]) for content in self.sent() if content["recipient"]["id"] == person]

    def sent(self) -> list[Content]:
        """The whole messages to anybody."""
        return [request.content for request in self.taken if request.path.endswith("/me/messages")]

    def accepted(self, path: str) -> Content:
        if path != "me/messages":
            return {"result": "success"}
        return {"recipient_id": "4242", "message_id": f"m_{len(self.taken):05}"}

    def faults_of(self, path: str, content: Content) -> Iterator[str]:
        known = {
            "me/messages": _faults_of_message,
            "me/messenger_profile": _faults_of_profile,
            "me/subscribed_apps": _faults_of_subscription,
        }
        yield from known[path](content) if path in known else [f"{path}: no such endpoint"]


def _text(message: Content) -> str:
    text: str = message["text"] if "text" in message else message["attachment"]["payload"]["text"]
    return text


def _faults_of_message(content: Content) -> Iterator[str]:
    yield from faults_of_fields("request", content, {"recipient", "messaging_type", "message"}, {"notification_type"})
    yield from faults_of_fields("recipient", content.get("recipient"), {"id"})
    if content.get("messaging_type") != "RESPONSE":
        yield "messaging_type: RESPONSE is what may be said within 24 hours"
    if content.get("notification_type", "REGULAR") not in _PUSHES:
        yield f"notification_type: one of {_PUSHES}"
    message = content.get("message", {})
    if "attachment" in message:
        yield from faults_of_fields("message", message, {"attachment"}, {"quick_replies"})
        yield from _faults_of_template(message["attachment"])
    else:
        yield from faults_of_fields("message", message, {"text"}, {"quick_replies"})
        yield from faults_of_text("text", message.get("text"), _TEXT)
        if "://" in str(message.get("text")):
            yield "text: a preview of the address would be shown"
    if "quick_replies" in message:
        yield from faults_of_count("quick_replies", message["quick_replies"], _QUICK_REPLIES)
        for reply in message["quick_replies"]:
            yield from faults_of_fields("quick reply", reply, {"content_type", "title", "payload"}, {"image_url"})
            yield from faults_of_text("title of a quick reply", reply.get("title"), _TITLE)
            yield from faults_of_text("payload of a quick reply", reply.get("payload"), _PAYLOAD)


def _faults_of_template(attachment: Any) -> Iterator[str]:
    yield from faults_of_fields("attachment", attachment, {"type", "payload"})
    payload = attachment["payload"]
    yield from faults_of_fields("template", payload, {"template_type", "text", "buttons"})
    if attachment["type"] != "template" or payload.get("template_type") != "button":
        yield "attachment: only button templates are wanted here"
    yield from faults_of_text("text of a template", payload.get("text"), _TEMPLATE_TEXT)
    yield from faults_of_count("buttons", payload.get("buttons"), _BUTTONS)
    for button in payload.get("buttons", []):
        yield from _faults_of_button(button, _TITLE)


def _faults_of_button(button: Any, longest_title: int) -> Iterator[str]:
    what = {"web_url": "url", "postback": "payload"}.get(button.get("type"), "url")
    yield from faults_of_fields("button", button, {"type", "title", what})
    yield from faults_of_text("title of a button", button.get("title"), longest_title)
    if what == "url":
        yield from faults_of_address("url of a button", button.get("url"))
    else:
        yield from faults_of_text("payload of a button", button.get("payload"), _PAYLOAD)


def _faults_of_profile(content: Content) -> Iterator[str]:
    yield from faults_of_fields("profile", content, set(), {"get_started", "greeting", "persistent_menu"})
    if "persistent_menu" in content and "get_started" not in content:
        yield 'persistent_menu: takes a "Get started" button'
    if "get_started" in content:
        yield from faults_of_text("payload of get_started", content["get_started"].get("payload"), _PAYLOAD)
    for part in ("greeting", "persistent_menu"):
        if part in content and "default" not in [one.get("locale") for one in content[part]]:
            yield f"{part}: one must be the default"
    for greeting in content.get("greeting", []):
        yield from faults_of_text("greeting", greeting.get("text"), _GREETING)
    for menu in content.get("persistent_menu", []):
        yield from faults_of_count("menu", menu.get("call_to_actions"), _MENU)
        for item in menu["call_to_actions"]:
            yield from _faults_of_button(item, _MENU_TITLE)


def _faults_of_subscription(content: Content) -> Iterator[str]:
    yield from faults_of_fields("subscription", content, {"subscribed_fields"})
    if set(content.get("subscribed_fields", [])) != _SUBSCRIBED:
        yield f"subscribed_fields: {sorted(_SUBSCRIBED)} are enough, and all are needed"
