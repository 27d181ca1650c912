"""Who cannot speak is known by what they say or ask, in five languages; who only speaks of speaking is not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from nlu import silence
from nlu.crisis import CrisisReading
from nlu.settings import PROJECT
from nlu.silence import cannot_speak


@pytest.mark.parametrize(
    "text",
    ["negaliu kalbėti", "negaliu skambinti, jis girdi", "negaliu kalbeti jis su manim", "kaip parašyti 112?",
     "ar galima siųsti SMS į 112", "esu kurčia", "galiu tik rašyti", "jis išgirs", "kur kreiptis be skambinimo",
     "nie mogę mówić", "nie mogę zadzwonić", "nie moge rozmawiac, on slyszy", "jak napisać sms na 112",
     "jestem głuchy", "jestem osobą niesłyszącą", "muszę być cicho",
     "I can't talk, he will hear", "i cant talk", "I cannot call the police", "how to text 112", "I'm deaf",
     "I am deaf and need help", "I have to be quiet", "he'll hear me",
     "не могу говорить", "не могу позвонить, он услышит", "я глухая", "как отправить смс на 112",
     "не можу говорити", "не можу подзвонити, він почує", "я глухий", "як написати на 112"],
)  # fmt: skip
def test_who_cannot_speak_is_known(text: str) -> None:
    assert cannot_speak(text)
    assert cannot_speak(text.upper())


@pytest.mark.parametrize(
    "text",
    ["negaliu kalbėti lietuviškai", "negaliu kalbėti apie tai", "negaliu kalbėti su vyru", "vaikas negali kalbėti",
     "negaliu prisiskambinti į polikliniką", "neturiu su kuo pasikalbėti", "jis girdi balsus", "mama kurčia",
     "noriu pasikalbėti su žmogumi", "112", "kas tas 112", "vyras klausosi muzikos",
     "nie mogę mówić po litewsku", "nie mogę rozmawiać z mężem", "nie mogę o tym mówić", "syn nie mówi, gdzie logopeda",
     "moja mama jest głucha", "chcę porozmawiać z człowiekiem", "jest ktoś, kto posłucha?",
     "I can't speak Lithuanian", "I can't talk to my husband about money", "my daughter can't speak", "he hears voices",
     "I want to talk to someone", "my mother is deaf", "I can't call my doctor, the line is busy",
     "не могу говорить по-литовски", "с кем можно поговорить", "не можу говорити литовською"],
)  # fmt: skip
def test_who_only_speaks_of_speaking_is_not_taken_for_silent(text: str) -> None:
    assert not cannot_speak(text)


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
def test_everyday_questions_are_not_silent_but_for_one(language: str) -> None:
    path = PROJECT / "tests" / "golden" / language / "questions.yml"
    questions: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    texts = [str(question["text"]) for question in questions]
    assert [text for text in texts if cannot_speak(text)][1:] == []


def test_a_faint_hint_of_danger_in_an_everyday_request_is_no_more_than_distress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hinted = CrisisReading("danger", "medical", hinted=True)
    monkeypatch.setattr(silence, "read_danger", lambda text: hinted)
    text = "mama nebenulipa laiptais"
    assert silence.read_need(text, lambda _: True) == (CrisisReading("distress", "medical"), False)
    assert silence.read_need(text, lambda _: False)[0].level == "danger"
    monkeypatch.setattr(silence, "read_danger", lambda text: CrisisReading("danger", "medical"))
    assert silence.read_need(text, lambda _: True)[0].level == "danger"
