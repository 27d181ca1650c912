"""Russian and Ukrainian are told apart, and what is not certain is neither."""

from __future__ import annotations

import pytest

from nlu.cyrillic import russian_or_ukrainian


@pytest.mark.parametrize(
    "text",
    ["муж бьёт меня", "где найти приют", "помогите", "спасибо большое", "не хочу больше жить", "112 помощь", "где она?",
     "СТОЮ НА УЛИЦЕ С РЕБЕНКОМ", "куда звонить"],
)  # fmt: skip
def test_russian(text: str) -> None:
    assert russian_or_ukrainian(text) == "ru"


@pytest.mark.parametrize(
    "text",
    ["чоловік мене б'є", "де знайти притулок", "допоможіть", "дякую", "не хочу жити", "допоможiть менi",
     "ДЕ КУПИТИ КВИТКИ", "куди телефонувати", "вiн пiд дверима"],
)  # fmt: skip
def test_ukrainian_also_with_the_latin_letter_i(text: str) -> None:
    assert russian_or_ukrainian(text) == "uk"


@pytest.mark.parametrize("text", ["мама", "дзе ў Вільні прытулак", "labas", "112", "…", "", "gde priyut"])
def test_what_is_not_certain_is_neither(text: str) -> None:
    assert russian_or_ukrainian(text) is None
