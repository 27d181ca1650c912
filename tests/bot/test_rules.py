"""The dialogue's data hold together: intents, rules, actions, responses and quick replies."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

import bot
from bot.actions import ALL
from bot.actions.tell_detail import FIELDS
from bot.dialogue.model import ACTS, current_model
from bot.fallback import action_of_act
from bot.presenting import buttons_of, responses
from index.needs.taxonomy import read_taxonomy
from nlu.acts import ActClassifier
from nlu.crisis import TOPICS
from nlu.encoder import open_encoder
from nlu.references import means_anywhere, requested_language
from nlu.understanding import Understanding

BOT = Path(bot.__file__).parent
LANGUAGES = ["lt", "pl", "en"]
MOST_PAYLOAD_BYTES = 64
ACT_OF_BUTTON = {
    "more": "more_results", "anywhere": "give_place", "human": "human_handoff", "start_over": "start_over",
    "phone": "ask_phone", "hours": "ask_hours", "cost": "ask_cost",
    "lithuanian": "change_language", "polish": "change_language", "english": "change_language",
}  # fmt: skip
LANGUAGE_OF_BUTTON = {"lithuanian": "lt", "polish": "pl", "english": "en"}


def domain() -> dict[str, list[object]]:
    loaded: dict[str, list[object]] = yaml.safe_load((BOT / "domain" / "dialogue.yml").read_text(encoding="utf-8"))
    return loaded


def intents() -> list[str]:
    return [next(iter(intent)) if isinstance(intent, dict) else str(intent) for intent in domain()["intents"]]


def rules() -> list[tuple[str, str]]:
    """Each rule's intent and action."""
    found = []
    for path in sorted((BOT / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            intent, action = rule["steps"]
            found.append((intent["intent"], action["action"]))
    return found


def variations() -> list[tuple[str, dict[str, str], int]]:
    """Every response of every file: its key, its text by language, and how many variations it has."""
    found = []
    for path in sorted((BOT / "domain" / "responses").glob("*.yml")):
        for key, given in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            assert all(set(variation) == {"text", "condition"} for variation in given), key
            found.append((key, {each["condition"][0]["value"]: each["text"] for each in given}, len(given)))
    return found


def blanks(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def keys_said() -> set[str]:
    """Every response key in the code, with the keys that are put together there."""
    found = set()
    for path in BOT.rglob("*.py"):
        found |= set(re.findall(r"\"(utter_[a-z_]+)\"", path.read_text(encoding="utf-8")))
    found |= {f"utter_{intent}" for intent, action in rules() if action == "action_talk"}
    return found | {f"utter_danger_{topic}" for topic in TOPICS if topic != "seeking_person"}


def buttons() -> dict[str, dict[str, dict[str, str]]]:
    loaded: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
        (BOT / "domain" / "buttons.yml").read_text(encoding="utf-8")
    )
    return loaded


BUTTONS = [(key, language) for key in buttons() for language in LANGUAGES]


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(open_encoder(), ActClassifier.load(current_model() / ACTS))


def test_every_intent_has_exactly_one_rule() -> None:
    assert sorted(intent for intent, _ in rules()) == sorted(intents())


def test_every_rule_leads_to_an_action_that_exists_and_every_action_is_reached() -> None:
    assert {action for _, action in rules()} == {action().name() for action in ALL}


def test_the_domain_lists_the_actions_that_exist() -> None:
    assert sorted(map(str, domain()["actions"])) == sorted(action().name() for action in ALL)


def test_the_dialogue_without_rasa_follows_the_same_rules() -> None:
    assert dict(action_of_act()) == dict(rules())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_examples_and_every_example_an_intent(language: str) -> None:
    path = BOT.parent / "nlu" / "data" / language / "acts.yml"
    taught = [act["intent"] for act in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]]
    assert sorted(taught) == sorted(intents())


def test_every_question_about_a_card_has_a_teller() -> None:
    assert set(FIELDS) == {intent for intent, action in rules() if action == "action_tell_detail"}


def test_every_key_said_in_code_exists() -> None:
    assert keys_said() - {key for key, _, _ in variations()} == set()


def test_no_response_stands_in_two_files() -> None:
    keys = [key for key, _, _ in variations()]
    assert sorted(set(keys)) == sorted(keys)
    assert set(responses()) == set(keys)


@pytest.mark.parametrize(("key", "texts", "count"), variations(), ids=[key for key, _, _ in variations()])
def test_a_response_has_three_variations_with_equal_blanks(key: str, texts: dict[str, str], count: int) -> None:
    assert count == len(LANGUAGES)
    assert sorted(texts) == sorted(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    # Rasa splits a text at a blank line, and its second half would lose the cards.
    assert not any("\n\n" in text for text in texts.values())
    filled = {language: blanks(text) for language, text in texts.items()}
    assert filled["lt"] == filled["pl"] == filled["en"]


@pytest.mark.parametrize(("key", "language"), BUTTONS)
def test_a_quick_reply_is_short_plain_text(key: str, language: str) -> None:
    button = buttons()[key][language]
    assert set(button) == {"title", "payload"}
    assert button["title"].strip()
    assert 0 < len(button["payload"].encode()) <= MOST_PAYLOAD_BYTES
    assert not button["payload"].startswith("/")


def test_the_code_offers_only_quick_replies_that_exist() -> None:
    offered = set()
    for path in (BOT / "actions").glob("*.py"):
        for group in re.findall(r"(?:buttons=|_BUTTONS = |_EXAMPLES = )([({].*)", path.read_text(encoding="utf-8")):
            offered |= set(re.findall(r"\"([a-z_0-9]+)\"", re.sub(r"\"\w+\":", "", group)))
    assert offered - set(buttons()) == set()


@pytest.mark.dialogue
@pytest.mark.parametrize(("key", "language"), BUTTONS)
def test_a_quick_reply_sent_as_a_message_is_understood_as_what_it_stands_for(
    key: str, language: str, understanding: Understanding
) -> None:
    payload = buttons()[key][language]["payload"]
    assert understanding.read(payload).act.name == ACT_OF_BUTTON.get(key, "service_request")
    if key == "anywhere":
        assert means_anywhere(payload)
    if key in LANGUAGE_OF_BUTTON:
        assert requested_language(payload) == LANGUAGE_OF_BUTTON[key]


@pytest.mark.dialogue
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_need_offered_as_a_quick_reply_is_short_and_understood_as_a_request(
    language: str, understanding: Understanding
) -> None:
    offered = buttons_of((), read_taxonomy().needs, language)
    names = {need: button.payload for need, button in zip(read_taxonomy().needs, offered, strict=True)}
    long = {need: name for need, name in names.items() if len(name.encode()) > MOST_PAYLOAD_BYTES}
    acts = {name: understanding.read(name).act.name for name in names.values()}
    assert long == {}
    assert {name: act for name, act in acts.items() if act != "service_request"} == {}


@pytest.mark.dialogue
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quick_reply_does_not_change_the_language_of_the_conversation(
    language: str, understanding: Understanding
) -> None:
    changed = {}
    for key in buttons():
        heard = understanding.read(buttons()[key][language]["payload"]).heard
        if key not in LANGUAGE_OF_BUTTON and heard.clear and heard.language != language:
            changed[key] = heard.language
    assert changed == {}
