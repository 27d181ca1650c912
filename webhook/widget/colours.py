"""The one colour that an operator chooses, made readable on white and on near-black (WCAG contrast)."""

from __future__ import annotations

import re
from functools import cache

from webhook.settings import SettingFault

# The papers of chat.css.
_WHITE, _BLACK = (255, 255, 255), (28, 35, 41)
# WCAG AAA for text.
_ENOUGH = 7.0
Colour = tuple[int, int, int]


@cache
def accent_rules(accent: str) -> str:
    """Custom properties for light and dark: the accent as text on the page, and what is written on it.

    Raises SettingFault for anything but #rrggbb. A colour too pale or too dark to read is moved until it is not.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        raise SettingFault("KELRODIS_ACCENT must be a colour such as #0b4f6c")
    colour: Colour = (int(accent[1:3], 16), int(accent[3:5], 16), int(accent[5:7], 16))
    light, dark = _readable(colour, _WHITE, _BLACK), _readable(colour, _BLACK, _WHITE)
    return (
        f":root,:host{{--accent:{_hex(light)};--on-accent:#ffffff}}\n"
        f"@media (prefers-color-scheme:dark){{:root,:host{{--accent:{_hex(dark)};--on-accent:{_hex(_BLACK)}}}}}\n"
    )


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black and white), as WCAG counts it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _readable(colour: Colour, ground: Colour, away: Colour) -> Colour:
    """The colour, moved away from the ground in small steps until it can be read on it."""
    for step in range(21):
        moved = tuple(round(part + (goal - part) * step / 20) for part, goal in zip(colour, away, strict=True))
        if contrast((moved[0], moved[1], moved[2]), ground) >= _ENOUGH:
            return moved[0], moved[1], moved[2]
    return away


def _luminance(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
