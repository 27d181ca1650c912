"""The look-up: one box that searches as one types, filters that stay until "new call", results, what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webhook.console import filters
from webhook.console.calls import FIRST, Call, change_call, current_call, end_call
from webhook.console.filters import NO_FILTERS
from webhook.console.finding import Found, look_up
from webhook.console.frame import StaffPages, show_staff, staff_language
from webhook.console.places import START, safe_place
from webhook.languages import known_language
from webhook.messages import MOST_CHARACTERS, readable_text
from webhook.parts import parts
from webhook.refusals import Refusal
from webhook.storage.use import LOOKED_UP, count_lookup
from webhook.widget import rendering
from webhook.widget.elements import elements_of
from webhook.widget.shown import MEDIA_TYPE, wants_elements
from webhook.widget.texts import texts as residents_texts

door = StaffPages("lookup", __name__)
MOST_CHOSEN = 10
_MOST_SHOWN = 200
_SEE_OTHER = 303


@door.get("/")
def show() -> str:
    """The call as it stands: what was typed, the filters, the results."""
    call, language = current_call(), staff_language()
    directory = parts().directory()
    return show_staff(
        "lookup.html",
        **_content(call, look_up(call, language)),
        places=filters.places(directory, language),
        themes=list(filters.themes(language)),
        groups=filters.groups(language),
        spoken=filters.spoken(directory, language),
        statuses=filters.STATUSES,
    )


@door.post("/call")
def change() -> AnyResponse:
    """Anything that changes the call: a text, filters, a card into the basket or out of it, an outcome."""
    call = change_call(_heard)
    found = look_up(call, staff_language()) if wants_elements() or "outcome" in request.form else None
    if found and request.form.get("outcome") in LOOKED_UP:
        call = _count(call, found, request.form["outcome"])
    if found and wants_elements():
        return _as_elements(call, found)
    return redirect(safe_place(request.form.get("back")), _SEE_OTHER)


@door.post("/call/end")
def begin_anew() -> AnyResponse:
    """A new call: nothing of the last one stays."""
    end_call()
    return redirect(START, _SEE_OTHER)


def _heard(call: Call) -> Call:
    """The call with what the form says. A form without the box, such as the basket's, leaves text and filters alone."""
    form = request.form
    if "text" in form:
        text = _readable(form["text"])
        chosen = NO_FILTERS if "unfilter" in form else filters.read_filters(form, parts().directory())
        if (text, chosen) != (call.text, call.filters):
            call = replace(call, text=text, filters=chosen, most=FIRST, outcome="")
    if "more" in form:
        call = replace(call, most=min(call.most + FIRST, _MOST_SHOWN))
    if "put" in form:
        call = replace(call, basket=_with(call.basket, form["put"]))
    if "drop" in form:
        call = replace(call, basket=tuple(chosen for chosen in call.basket if chosen != form["drop"]))
    language = known_language(form.get("caller_language"))
    return replace(call, language=language) if language else call


def _readable(text: str) -> str:
    try:
        return readable_text(text[:MOST_CHARACTERS], "text")
    except Refusal:  # nothing to search for, as in an empty box
        return ""


def _with(basket: tuple[str, ...], service_id: str) -> tuple[str, ...]:
    """Nobody hands out what residents are not shown."""
    directory = parts().directory()
    record = directory.record(service_id)
    if record is None or filters.status_of(record, directory) != filters.SHOWN or len(basket) >= MOST_CHOSEN:
        return basket
    return tuple(dict.fromkeys((*basket, service_id)))


def _count(call: Call, found: Found, outcome: str) -> Call:
    """Counts only: nothing of the text, the record or the account."""
    if outcome == call.outcome:
        return call
    count_lookup(parts().storage().engine, call.language or staff_language(), found.need, found.place, outcome)
    if not wants_elements():
        flash("lookup_counted")
    return change_call(lambda latest: replace(latest, outcome=outcome))


def _content(call: Call, found: Found) -> dict[str, Any]:
    """What the templates of the results know."""
    return {
        "call": call,
        "found": found,
        "outcomes": LOOKED_UP,
        "chosen": chosen_cards(call),
        "show": rendering,
        "texts": residents_texts,
        "media_type": MEDIA_TYPE,
    }


def chosen_cards(call: Call, language: str | None = None) -> list[dict[str, Any]]:
    """The basket's cards that residents are still shown."""
    index = parts().index()
    cards = [index.card(service_id, language or staff_language()) for service_id in call.basket]
    return [card.as_json() for card in cards if card]


def _as_elements(call: Call, found: Found) -> Response:
    """The results alone, for our script."""
    response = jsonify(elements=elements_of(show_staff("found.html", **_content(call, found))))
    response.mimetype = MEDIA_TYPE
    return response
