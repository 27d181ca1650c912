"""Chosen cards handed over in the caller's language: a sheet to print, a text message, a text to copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for

from index.records import Language
from webhook.console.calls import Call, current_call
from webhook.console.frame import StaffPages, show_staff, staff_language
from webhook.console.lookup import chosen_cards
from webhook.console.sms import Length, measure, plainly
from webhook.languages import known_language
from webhook.parts import now
from webhook.refusals import Refusal
from webhook.widget import frame, rendering
from webhook.widget.codes import public_address, qr_code
from webhook.widget.texts import texts

door = StaffPages("basket", __name__)
Card = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """A text message with its honest length."""

    text: str
    length: Length


@door.get("/basket")
def show() -> str:
    """The chosen cards and the three ways to hand them over."""
    call = current_call()
    language = callers_language(call)
    cards = chosen_cards(call, language)
    return show_staff(
        "basket.html",
        call=call,
        cards=cards,
        callers_language=language,
        messages={"plain": message_of(cards, plainly), "full": message_of(cards, str)},
        copy=text_of(cards, language),
        show=rendering,
    )


@door.get("/basket/handout")
def hand_out() -> str:
    """The sheet that residents print themselves, for all the chosen cards."""
    call = current_call()
    language = known_language(request.args.get("lang")) or callers_language(call)
    cards = chosen_cards(call, language)
    if not cards:
        raise Refusal("not_found")
    address = url_for("sheets.read", keys=rendering.keys_of(cards), lang=language)
    return frame.show(
        "sheet.html", language, cards=cards,
        code=qr_code(public_address(address), texts(language)["sheet_code"]),
        today=rendering.spoken_date(now().date().isoformat(), language),
    )  # fmt: skip


def callers_language(call: Call) -> Language:
    """The language that was chosen for the caller, else the worker's own."""
    return call.language or staff_language()


def text_of(cards: Iterable[Card], language: Language) -> str:
    """Plain text to paste anywhere: the facts of the sheet, without marks."""
    told = render_template("staff/copy.txt", cards=cards, t=texts(language), language=language, show=rendering)
    return "\n".join(line.strip() for line in told.strip().splitlines())


def message_of(cards: Iterable[Card], spelled: Callable[[str], str]) -> Message:
    """The most telling of some wordings that takes no more messages than the shortest."""
    wordings = [spelled("\n".join(wording(card) for card in cards)) for wording in _WORDINGS]
    fewest = measure(wordings[-1]).parts
    text = next(text for text in wordings if measure(text).parts == fewest)
    return Message(text, measure(text))


def _with_everything(card: Card) -> str:
    return ", ".join(part for part in (_named(card), card["address"], card["hours_text"]) if part)


def _with_address(card: Card) -> str:
    return ", ".join(part for part in (_named(card), card["address"]) if part)


def _named(card: Card) -> str:
    return f"{card['organization']}: {_reach(card)}"


def _reach(card: Card) -> str:
    """The one way that is told where there is room for one."""
    return str(card["phones"][0]["tel"] if card["phones"] else card["email"] or card["website"])


_WORDINGS: tuple[Callable[[Card], str], ...] = (_with_everything, _with_address, _named)
