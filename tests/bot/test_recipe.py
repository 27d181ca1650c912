"""A reply can be written down as keys and ids, and made again from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.message import Reply
from bot.recipe import read_recipe, recipe_of, reply_of
from index.search import ServiceIndex

# Greetings, cards, questions about them, places, misses, danger, silence, other languages, masked and empty texts.
TALKS = {
    "lt": ("labas", "kur gauti maisto?", "Visaginas", "o telefonas?", "antras", "kada dirba?", "daugiau", "ačiū"),
    "pl": (
        "gdzie dostanę pomoc dla rodziny w Wisagini?",
        "ile to kosztuje?",
        "jaki adres?",
        "chcę mówić z człowiekiem",
    ),
    "en": ("my husband beats me", "I cannot talk, he is here", "where is the shelter?", "who learns of it?", "xyzzy"),
    "ru": ("меня бьёт муж", "где получить еду?", "asdkjh", "asdkjh qwe"),
    "masked": ("my code is 38001010009, where do I get food?", "...", "where can I renew my passport in Kaunas?"),
}


def without_the_question(reply: Reply) -> Reply:
    """What a card says of the question that found it is not kept."""
    parts = tuple(
        replace(part, services=tuple(replace(card, why="", score=0.0, fallback=False) for card in part.services))
        for part in reply.parts
    )
    return replace(reply, parts=parts, outcome=Reply("", reply.crisis, ()).outcome)


@pytest.mark.dialogue
@pytest.mark.parametrize("language", TALKS)
def test_a_reply_made_of_its_recipe_says_the_same(
    say: Callable[..., Reply], index: ServiceIndex, language: str
) -> None:
    for text in TALKS[language]:
        reply = say(text)
        written = json.dumps(recipe_of(reply).as_json())
        again = reply_of(read_recipe(json.loads(written)), index)
        assert without_the_question(again) == without_the_question(reply), text
        for part in reply.parts:
            assert part.wording.key, part.text
            assert part.text not in written


@pytest.mark.dialogue
def test_a_record_that_has_gone_meanwhile_is_left_out(say: Callable[..., Reply], index: ServiceIndex) -> None:
    say("where can I get food in Vilnius?")
    recipe = recipe_of(say("what is the phone number?"))
    gone = tuple(replace(part, wording=replace(part.wording, about="nobody")) for part in recipe.parts)
    assert recipe.parts
    assert reply_of(replace(recipe, parts=gone), index).parts == ()
