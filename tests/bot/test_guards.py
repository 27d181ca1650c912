"""Guards against a hollow product: it answers every act, survives its own failures, forgets, and keeps quiet."""

from __future__ import annotations

import re
import secrets
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assistant import Assistant
from bot.message import Message, Reply
from bot.presenting import responses
from bot.turn import Answer
from nlu.settings import DATA

pytestmark = pytest.mark.dialogue

LANGUAGES = ["lt", "pl", "en"]
CONVERSATIONS = sorted((Path(__file__).parent.parent / "conversations").glob("*/*.yml"))
REQUEST = {
    "lt": "kur Vilniuje gauti maisto paketą",
    "pl": "gdzie w Wilnie dostanę paczkę z jedzeniem",
    "en": "where can I get a food parcel in Vilnius",
}
PHONE = {"lt": "koks telefono numeris?", "pl": "jaki jest numer telefonu?", "en": "what is the phone number?"}
# What a person may write first of all, written beside the training examples.
FIRST = {
    "greet": {"lt": "laba diena Jums", "pl": "dzień dobry Państwu", "en": "good morning to you"},
    "goodbye": {"lt": "viso labo, iki pasimatymo", "pl": "no to do zobaczenia", "en": "goodbye for now"},
    "thanks": {"lt": "labai ačiū Jums", "pl": "serdecznie dziękuję", "en": "thanks a lot for that"},
    "affirm": {"lt": "taip, žinoma", "pl": "tak, oczywiście", "en": "yes, of course"},
    "deny": {"lt": "ne, nereikia", "pl": "nie, nie trzeba", "en": "no, not really"},
    "more_results": {"lt": "rodyk daugiau", "pl": "pokaż więcej wyników", "en": "show me more results"},
    "choose_item": {"lt": "antras variantas", "pl": "ten drugi z listy", "en": "the second one on the list"},
    "ask_phone": PHONE,
    "ask_address": {"lt": "koks jų adresas?", "pl": "jaki jest adres?", "en": "what is the address?"},
    "ask_hours": {"lt": "kada jie dirba?", "pl": "w jakich godzinach czynne?", "en": "when are they open?"},
    "ask_cost": {"lt": "kiek tai kainuoja?", "pl": "ile to kosztuje?", "en": "how much does it cost?"},
    "ask_eligibility": {"lt": "kas gali kreiptis?", "pl": "kto może się zgłosić?", "en": "who can apply there?"},
    "ask_documents": {
        "lt": "kokių dokumentų reikia?", "pl": "jakie dokumenty są potrzebne?", "en": "which papers do I need?",
    },
    "ask_languages_spoken": {
        "lt": "ar ten kalba lenkiškai?", "pl": "czy mówią tam po polsku?", "en": "do they speak English there?",
    },
    "give_place": {"lt": "gyvenu Utenoje", "pl": "mieszkam w Solecznikach", "en": "I live in Kaunas"},
    "change_language": {"lt": "kalbėkim lietuviškai", "pl": "mówmy po polsku", "en": "let us speak English"},
    "human_handoff": {
        "lt": "noriu kalbėti su gyvu žmogumi", "pl": "chcę rozmawiać z żywym człowiekiem",
        "en": "I want to talk to a real person",
    },
    "bot_identity": {"lt": "ar tu robotas?", "pl": "czy jesteś robotem?", "en": "are you a robot?"},
    "privacy": {
        "lt": "ar saugote mano duomenis?", "pl": "czy przechowujecie moje dane?", "en": "do you store my data?",
    },
    "help": {"lt": "ką tu moki daryti?", "pl": "co potrafisz zrobić?", "en": "what can you do?"},
    "start_over": {"lt": "pradėkime viską iš naujo", "pl": "zacznijmy od początku", "en": "let's start over"},
    "complain": {
        "lt": "skambinau, niekas neatsiliepia", "pl": "dzwoniłem i nikt nie odbiera",
        "en": "I called and nobody answers",
    },
    "out_of_scope": {"lt": "kaip tau sekasi?", "pl": "jak ci mija dzień?", "en": "how is your day going?"},
    "insult": {"lt": "tu esi kvailys", "pl": "jesteś beznadziejny", "en": "you are stupid"},
    "service_request": REQUEST,
}  # fmt: skip
SECRET = "slaptazodiszebras"


def cards_of(reply: Reply) -> list[Any]:
    return [card for part in reply.parts for card in part.services]


def text_of(reply: Reply) -> str:
    return "\n".join(part.text for part in reply.parts)


@cache
def patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """Every response of a language, with anything at all in its blanks."""
    return tuple(
        re.compile("(?s:.*)".join(re.escape(piece) for piece in re.split(r"\{[a-z_]+\}", texts[language])))
        for texts in responses().values()
    )


def is_ours(text: str, language: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in patterns(language))


def examples(act: str, language: str) -> list[str]:
    taught = yaml.safe_load((DATA / language / "acts.yml").read_text(encoding="utf-8"))["nlu"]
    return next([line[2:] for line in each["examples"].splitlines()] for each in taught if each["intent"] == act)


def raises() -> None:
    raise RuntimeError(f"a fault that quotes {SECRET}")


def raises_itself() -> Answer:
    raise RuntimeError(f"a fault that quotes {SECRET}")


def says_nothing() -> None:
    return None


def is_late() -> None:
    time.sleep(2.0)


def exits() -> None:
    raise SystemExit(1)


# --- every act, every language


def test_every_act_has_a_first_turn_here() -> None:
    taught = yaml.safe_load((DATA / "lt" / "acts.yml").read_text(encoding="utf-8"))["nlu"]
    assert sorted(FIRST) == sorted(each["intent"] for each in taught)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", sorted(FIRST))
def test_every_act_as_the_first_turn_is_answered_in_its_language(
    act: str, language: str, say: Callable[..., Reply], assistant: Assistant
) -> None:
    fell_back = assistant.fallbacks
    reply = say(FIRST[act][language], language_hint=language)
    assert reply.language == language
    assert reply.parts
    for part in reply.parts:
        assert part.language == language
        assert is_ours(part.text, language), part.text
    assert assistant.fallbacks == fell_back


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", sorted(FIRST))
def test_every_act_after_results_is_answered_in_its_language(
    act: str, language: str, say: Callable[..., Reply]
) -> None:
    assert cards_of(say(REQUEST[language]))
    reply = say(FIRST[act][language])
    assert reply.parts
    for part in reply.parts:
        assert part.language == language
        assert is_ours(part.text, language), part.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_shows_a_blank_that_was_not_filled(language: str, say: Callable[..., Reply]) -> None:
    for act in FIRST:
        for text in examples(act, language)[::8]:
            reply = say(text, language_hint=language)
            said = text_of(reply) + "".join(button.title for part in reply.parts for button in part.buttons)
            assert said.strip(), text
            assert not set("{}") & set(said), text


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_conversation_shows_a_blank_or_an_empty_bubble(path: Path, say: Callable[..., Reply]) -> None:
    for turn in yaml.safe_load(path.read_text(encoding="utf-8"))["turns"]:
        reply = say(turn["say"], language_hint=turn.get("hint"))
        assert all(part.text.strip() for part in reply.parts)
        assert not set("{}") & set(text_of(reply))


# --- failures


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", [raises, says_nothing, is_late], ids=["raises", "is silent", "is late"])
def test_institutions_and_follow_ups_survive_a_failure_in_rasa(
    fault: Callable[[], None], language: str, breakable: Any
) -> None:
    sender = secrets.token_hex(16)
    fell_back = breakable.assistant.fallbacks
    breakable.search.in_rasa = fault
    reply = breakable.say(sender, REQUEST[language])
    assert breakable.assistant.fallbacks == fell_back + 1
    cards = cards_of(reply)
    assert cards
    assert reply.language == language
    followed = breakable.say(sender, PHONE[language])
    numbers = [phone.number for card in cards for phone in card.phones]
    assert any(number in text_of(followed) for number in numbers)
    breakable.mend()
    again = breakable.say(sender, PHONE[language])
    assert any(number in text_of(again) for number in numbers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_follow_ups_work_while_rasa_keeps_failing(language: str, breakable: Any) -> None:
    sender = secrets.token_hex(16)
    breakable.search.in_rasa = raises
    shown = [card.service_id for card in cards_of(breakable.say(sender, REQUEST[language]))]
    assert len(shown) > 1
    second = {"lt": "antras", "pl": "ten drugi", "en": "the second one"}[language]
    assert [card.service_id for card in cards_of(breakable.say(sender, second))] == [shown[1]]
    elsewhere = {"lt": "o Visagine?", "pl": "a w Wisagini?", "en": "and in Visaginas?"}[language]
    assert cards_of(breakable.say(sender, elsewhere))[0].municipality == "Visagino savivaldybė"


@pytest.mark.parametrize("fault", [raises_itself, lambda: Answer(())], ids=["raises", "is silent"])
def test_institutions_are_shown_even_when_the_action_itself_is_faulty(
    fault: Callable[[], Answer], breakable: Any
) -> None:
    breakable.search.itself = fault
    reply = breakable.say(secrets.token_hex(16), REQUEST["en"])
    assert cards_of(reply)
    assert reply.language == "en"


@pytest.mark.parametrize("fault", [raises_itself, lambda: Answer(())], ids=["raises", "is silent"])
def test_danger_comes_first_even_when_the_action_itself_is_faulty(fault: Callable[[], Answer], breakable: Any) -> None:
    breakable.search.itself = fault
    reply = breakable.say(secrets.token_hex(16), "my husband is beating me right now")
    assert reply.crisis.level == "danger"
    assert "112" in reply.parts[0].text
    assert cards_of(reply)


def test_a_slow_conversation_does_not_stop_the_others(breakable: Any) -> None:
    entered = threading.Event()

    def sleeps() -> None:
        entered.set()
        time.sleep(0.8)

    breakable.search.in_rasa = sleeps
    with ThreadPoolExecutor() as people:
        slow = people.submit(breakable.say, secrets.token_hex(16), REQUEST["lt"])
        assert entered.wait(5)
        begin = time.perf_counter()
        assert breakable.say(secrets.token_hex(16), "labas").parts
        took = time.perf_counter() - begin
        slow.result()
    assert took < 0.6


def test_institutions_are_shown_after_rasas_loop_was_killed_and_rasa_is_back_soon(killable: Any) -> None:
    assistant = killable.assistant
    fell_back = assistant.fallbacks
    assistant.engine.loop.call_soon_threadsafe(assistant.engine.loop.stop)
    reply = killable.say(secrets.token_hex(16), REQUEST["lt"])
    assert cards_of(reply)
    until = time.monotonic() + 10
    while not assistant.ready() and time.monotonic() < until:
        assert cards_of(killable.say(secrets.token_hex(16), REQUEST["lt"]))
    assert assistant.ready()
    assert assistant.fallbacks > fell_back
    fell_back = assistant.fallbacks
    assert cards_of(killable.say(secrets.token_hex(16), REQUEST["lt"]))
    assert assistant.fallbacks == fell_back, "Rasa answers again"


def test_institutions_are_shown_when_an_action_ends_the_loop(killable: Any) -> None:
    assistant = killable.assistant
    killable.search.in_rasa = exits
    sender = secrets.token_hex(16)
    assert cards_of(killable.say(sender, REQUEST["pl"]))
    killable.search.in_rasa = None
    until = time.monotonic() + 10
    while not assistant.ready() and time.monotonic() < until:
        assert killable.say(secrets.token_hex(16), REQUEST["pl"]).parts
    assert assistant.ready()
    assert cards_of(killable.say(sender, "a w Wisagini?"))


def test_the_loop_starts_again_once_when_many_find_it_dead(killable: Any) -> None:
    before = loops()
    engine = killable.assistant.engine
    engine.loop.call_soon_threadsafe(engine.loop.stop)
    with ThreadPoolExecutor(8) as people:
        replies = list(people.map(lambda _: killable.say(secrets.token_hex(16), REQUEST["en"]), range(8)))
    assert all(cards_of(reply) for reply in replies)
    killable.mend()
    assert killable.assistant.ready()
    assert loops() == before


def loops() -> int:
    return len([thread for thread in threading.enumerate() if thread.name == "dialogue"])


# --- speed


def test_turn_fifty_is_as_fast_as_turn_one(assistant: Assistant) -> None:
    texts = [REQUEST["lt"], PHONE["lt"], "o Visagine?", "antras", "daugiau"]
    early: list[float] = []
    late: list[float] = []
    for _ in range(3):
        sender = secrets.token_hex(16)
        for turn in range(50):
            begin = time.perf_counter()
            assistant.reply(Message(sender, texts[turn % len(texts)], "test"))
            took = (time.perf_counter() - begin) * 1000
            (early if turn < 5 else late if turn >= 45 else []).append(took)
        assistant.end(sender)
    first, last = statistics.median(early), statistics.median(late)
    print(f"\nturns 1-5: {first:.0f} ms, turns 46-50: {last:.0f} ms (medians)")
    assert last < 2.0 * first + 20.0


def test_twenty_people_at_once_all_get_institutions(assistant: Assistant) -> None:
    fell_back = assistant.fallbacks
    together = threading.Barrier(20)
    asked = [*REQUEST.items(), ("lt", "Visagine reikia vežimėlio močiutei"), ("en", "psychologist in Vilnius please")]

    def converse(number: int) -> tuple[str, list[Reply], list[float]]:
        language, request = asked[number % len(asked)]
        sender, replies, took = secrets.token_hex(16), [], []
        together.wait(30)
        for text in (request, PHONE[language], request):
            begin = time.perf_counter()
            replies.append(assistant.reply(Message(sender, text, "test")))
            took.append((time.perf_counter() - begin) * 1000)
        assistant.end(sender)
        return language, replies, took

    with ThreadPoolExecutor(20) as people:
        done = list(people.map(converse, range(20)))
    for language, replies, _ in done:
        assert cards_of(replies[0])
        assert cards_of(replies[2])
        assert all(reply.language == language for reply in replies)
        assert is_ours(replies[1].parts[0].text, language)
    times = sorted(each for _, _, took in done for each in took)
    share = (assistant.fallbacks - fell_back) / len(times)
    print(f"\ntwenty at once: p95 {times[int(0.95 * len(times))]:.0f} ms, fall-backs {share:.0%} of {len(times)} turns")
