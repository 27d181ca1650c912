"""A text message is counted as the network counts it, and loses its diacritics where that makes it shorter."""

from __future__ import annotations

import pytest

from webhook.console.sms import measure, plainly


@pytest.mark.parametrize(
    ("text", "used", "room", "parts", "plain"),
    [
        ("", 0, 160, 1, True),
        ("a" * 160, 160, 160, 1, True),
        ("a" * 161, 161, 306, 2, True),
        ("a" * 306, 306, 306, 2, True),
        ("a" * 307, 307, 459, 3, True),
        ("€" * 80, 160, 160, 1, True),
        ("ą" * 70, 70, 70, 1, False),
        ("ą" + "a" * 70, 71, 134, 2, False),
        ("🙂" * 35, 70, 70, 1, False),
    ],
)
def test_parts_are_counted_honestly(text: str, used: int, room: int, parts: int, plain: bool) -> None:
    length = measure(text)
    assert (length.used, length.room, length.parts, length.plain) == (used, room, parts, plain)


def test_no_sign_is_cut_in_two_at_the_end_of_a_part() -> None:
    # 76 signs of two fill 152 of 153 places, so the 77th begins the next part: 154 signs need three, not two.
    assert measure("€" * 152).parts == 2
    assert measure("€" * 153).parts == 3
    assert measure("🙂" * 66).parts == 2
    assert measure("🙂" * 67).parts == 3


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Šeškinės žąsų ęįėūč", "Seskines zasu eieuc"),
        ("Łódź, ul. Żółta – „Dom”", 'Lodz, ul. Zolta - "Dom"'),
        ("Naïve café, 5\u00a0€", "Naive café, 5 €"),
    ],
)
def test_without_diacritics_everything_is_in_the_short_alphabet(text: str, plain: str) -> None:
    assert plainly(text) == plain
    assert measure(plain).plain
